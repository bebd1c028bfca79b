"""Puts files into a lake's folder or bucket and fetches them: each is whole under its name, and never changed."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from warehouse.storage.files import replacing
from warehouse.storage.lake_catalog import LakeFile
from warehouse.storage.state_dir import Lake

INSTALL = "uv pip install --python .venv/bin/python -r pyproject.toml --extra lake"


class ObjectsError(Exception):
    """The lake's folder or bucket cannot be used; the message says where, why, and what to do."""


class Objects(Protocol):
    """A folder or bucket."""

    root: str

    def put(self, path: Path, name: str) -> None:
        """Store a file under a name; the same again changes nothing."""

    def fetch(self, name: str, path: Path) -> None:
        """Copy what is stored under a name to a path."""

    def remove(self, name: str) -> None:
        """Remove what is stored under a name, where it is there."""


class Folder:
    """A folder that all machines see, on a disk or a network's file system."""

    def __init__(self, root: str) -> None:
        self.root = root

    def put(self, path: Path, name: str) -> None:
        """Store a file: beside its name first, then renamed, on disk before the name is."""
        target = Path(self.root, name)
        if not target.exists():
            with replacing(target) as part:
                shutil.copyfile(path, part)

    def fetch(self, name: str, path: Path) -> None:
        """Copy a file."""
        shutil.copyfile(Path(self.root, name), path)

    def remove(self, name: str) -> None:
        """Remove a file."""
        Path(self.root, name).unlink(missing_ok=True)


class Bucket:
    """A bucket of S3, or of what speaks its protocol; credentials and AWS_ENDPOINT_URL as boto3 reads them."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.bucket, _, prefix = root.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        try:
            import boto3
        except ImportError as absent:
            raise ObjectsError(f"{root} needs boto3, which is an extra: run  {INSTALL}") from absent
        self.session = boto3.session.Session()
        self._client: Any = self.session.client("s3")

    @property
    def endpoint(self) -> str:
        """Return the address of the service."""
        return str(self._client.meta.endpoint_url)

    def put(self, path: Path, name: str) -> None:
        """Store an object; it appears whole."""
        self._client.upload_file(str(path), self.bucket, self._prefix + name)

    def fetch(self, name: str, path: Path) -> None:
        """Download an object."""
        self._client.download_file(self.bucket, self._prefix + name, str(path))

    def remove(self, name: str) -> None:
        """Delete an object."""
        self._client.delete_object(Bucket=self.bucket, Key=self._prefix + name)


@contextmanager
def objects(lake: Lake) -> Iterator[Objects]:
    """Yield where a lake's files are. Raises ObjectsError for what goes wrong with it, inside too."""
    if not lake.files.startswith("s3://"):
        yield Folder(lake.files)
        return
    store = Bucket(lake.files)
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield store
    except (Boto3Error, BotoCoreError, ClientError) as failed:
        raise ObjectsError(
            f"{lake.files}: {str(failed).splitlines()[0]}. Check GPUHOUR_LAKE_FILES, AWS_ENDPOINT_URL and the "
            "credentials (docs/scale.md). What the lake holds stays as it was"
        ) from failed


def describe(path: Path, name: str) -> LakeFile:
    """Return a file as the lake will know it. Its object is named by its content, so that nothing is overwritten."""
    stat = path.stat()
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    where = Path(name)
    stored_as = where.with_name(f"{where.stem}.{sha256[:16]}{where.suffix}").as_posix()
    return LakeFile(name, stored_as, stat.st_size, stat.st_mtime_ns, sha256)


def bring(store: Objects, file: LakeFile, path: Path) -> None:
    """Copy a file of the lake to a path, with its time, if it has one.

    Raises ObjectsError where its bytes are not those that were recorded.
    """
    with replacing(path, is_durable=False) as part:
        try:
            store.fetch(file.object, part)
        except FileNotFoundError as absent:
            raise ObjectsError(
                f"{file.object} is missing from {store.root}, although the catalog names it: is this the same folder "
                "on all machines? Bring it back from a backup"
            ) from absent
        if (now := describe(part, file.name)).sha256 != file.sha256:
            raise ObjectsError(
                f"{file.object} in {store.root} is damaged: its SHA-256 is {now.sha256}, not {file.sha256}. "
                "Bring it back from a backup"
            )
        if file.mtime_ns:
            os.utime(part, ns=(file.mtime_ns, file.mtime_ns))
