"""What is learned about messages after their delivery to the relay.

delivery/smtp reads the replies that come during the delivery.
"""
