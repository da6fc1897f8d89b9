import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.time.zone.ZoneRulesProvider;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Prints the changes of the clocks of every zone, 1970 to 2040, as java.time knows them.
 *
 * A line has the zones that have the same, then the offset at the beginning in seconds,
 * then each change: its instant in seconds since 1970, and the offset after it.
 * It was run once: java Transitions.java | xz -9e > transitions.tsv.xz
 */
public class Transitions {
    public static void main(String[] arguments) {
        var version = ZoneRulesProvider.getVersions("Europe/Paris").lastEntry().getKey();
        System.out.println("# version " + version);
        var zones = new TreeMap<String, String>();
        for (String id : new TreeSet<>(ZoneId.getAvailableZoneIds())) {
            if (id.contains("/") && !id.startsWith("SystemV/")) {
                zones.merge(changes(ZoneId.of(id).getRules()), id, (a, b) -> a + "," + b);
            }
        }
        zones.forEach((changes, ids) -> System.out.println(ids + changes));
    }

    static String changes(ZoneRules rules) {
        Instant at = Instant.parse("1970-01-01T00:00:00Z");
        Instant end = Instant.parse("2041-01-01T00:00:00Z");
        var line = new StringBuilder("\t" + rules.getOffset(at).getTotalSeconds());
        while (true) {
            ZoneOffsetTransition next = rules.nextTransition(at);
            if (next == null || next.getInstant().isAfter(end)) {
                return line.toString();
            }
            at = next.getInstant();
            int after = next.getOffsetAfter().getTotalSeconds();
            line.append("\t" + at.getEpochSecond() + " " + after);
        }
    }
}
