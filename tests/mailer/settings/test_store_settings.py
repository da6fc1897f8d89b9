"""The url of the store: no password in the file, no plain text to another machine."""

from pathlib import Path

import pytest

from mailer.errors import ConfigError
from mailer.settings import loading


def config(folder: Path, url: str, **store: object) -> Path:
    lines = [f'url = "{url}"', *(f"{key} = {value}" for key, value in store.items())]
    path = folder / "config.toml"
    path.write_text("\n".join(["[store]", *lines]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://a@db.example/x", "db.example is another machine"),
        ("postgresql://a@db.example/x?sslmode=require", "sslmode=verify-full"),
        ("postgresql://a@10.0.0.7/x", "10.0.0.7 is another machine"),
        ("postgresql://a@/x?host=db.example", "db.example is another machine"),
        ("postgresql://a@/x?host=localhost,db.example", "db.example is another"),
        ("postgresql://a@localhost/x?hostaddr=10.0.0.7", "10.0.0.7 is another"),
        ("postgresql:///x?hostaddr=10.0.0.7", "10.0.0.7 is another machine"),
        ("postgresql:///x?service=letters", "the service letters is another machine"),
        ("postgresql://a@127.0.0.1/x?password=pa@", "found a password"),
        ("postgresql://a:pa@127.0.0.1/x", "found a password"),
        ("postgresql://a:pa@db.example/x?sslmode=verify-full", "found a password"),
    ],
)
def test_an_unsafe_url_of_the_store_is_refused(
    url: str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as refused:
        loading.load(config(tmp_path, url))

    assert sentence in str(refused.value)
    assert "pa@" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://a@127.0.0.1:5433/x",
        "postgresql://a@localhost/x",
        "postgresql:///x?host=/run/postgresql",
        "postgresql://a@db.example/x?sslmode=verify-full",
        "sqlite:///mailer.db",
    ],
)
def test_a_safe_url_of_the_store_is_read(url: str, tmp_path: Path) -> None:
    assert loading.load(config(tmp_path, url)).store.url == url


@pytest.mark.parametrize("name", ["PGHOST", "PGHOSTADDR", "PGSERVICE"])
def test_another_machine_of_the_environment_is_refused_as_one_of_the_url(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "db.example")

    with pytest.raises(ConfigError, match=r"db\.example is another machine"):
        loading.load(config(tmp_path, "postgresql:///x"))
    for safe in ("postgresql:///x?sslmode=verify-full", "sqlite:///mailer.db"):
        assert loading.load(config(tmp_path, safe)).store.url == safe


def test_plain_text_may_be_allowed(tmp_path: Path) -> None:
    url = "postgresql://a@db.example/x"

    assert loading.load(config(tmp_path, url, allow_plain="true")).store.url == url
