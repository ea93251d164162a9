"""Settings of an installation: environment JIEDAO_… over the file JIEDAO_HOME/jiedao.toml over defaults."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

CHECKOUT = Path(__file__).resolve().parents[3]


class Options(BaseModel):
    """Every field can be given as JIEDAO_<NAME> or as <name> in jiedao.toml."""

    model_config = ConfigDict(extra="forbid")

    home: Path = CHECKOUT / "var"
    database_url: str = ""
    mode: Literal["production", "demo", "test"] = "production"
    hosts: list[str] = ["localhost", "127.0.0.1", "[::1]"]
    origin: str = Field("", description="public address, for links in messages; empty: http://bind:port")
    port: int = Field(8000, ge=1, le=32767, description="below the range that systems hand out to clients")
    bind: str = "127.0.0.1"
    workers: int = Field(1, ge=1, le=64, description="web processes")
    threads: int = Field(4, ge=1, le=64, description="threads of a web process")
    job_workers: int = Field(1, ge=0, le=64, description="processes for short background jobs")
    planners: int = Field(1, ge=0, le=64, description="processes for long planning jobs")
    proxies: int = Field(0, ge=0, le=5, description="trusted proxies in front, each adding to X-Forwarded-For")
    city: str = Field("430200", description="code of the city this installation runs")
    secret_key: str = Field("", description="made and kept in JIEDAO_HOME/secret.key when empty")
    behind_tls: bool = False
    email_url: str = Field("", description="smtp://user:password@host:port; empty: messages stay in the system")
    email_from: str = "jiedao@localhost"
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    totp_roles: list[str] = Field([], description="roles that must sign in with a second factor, e.g. admin,leader")
    phone_code_sender: str = Field("", description="dotted path of a class with send(phone, code); see people/codes.py")
    systems: list[str] = Field([], description="dotted packages of systems of your own, beside the installed ones")
    upload_mb: int = Field(12, ge=1, le=200, description="largest single file a person may send")

    @field_validator("systems")
    @classmethod
    def _systems(cls, names: list[str]) -> list[str]:
        for name in names:
            if not _has_manifest(name):
                raise ValueError(f"no package {name} with a manifest.py can be imported; is it on PYTHONPATH?")
        return names

    @model_validator(mode="after")
    def _origin(self) -> Options:
        if not self.origin:
            self.origin = f"http://{self.bind}:{self.port}"
        return self


def _has_manifest(package: str) -> bool:
    try:
        return find_spec(f"{package}.manifest") is not None
    except (ImportError, ValueError):
        return False


class BadOptions(Exception):
    """The settings cannot be used; `problems` has a line for each fault."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _home(env: dict[str, str]) -> Path:
    return Path(env.get("JIEDAO_HOME") or CHECKOUT / "var").expanduser().resolve()


def demo_mark(home: Path) -> Path:
    """Stands where the demo city was built; its pages say so even when plain `serve` shows them."""
    return home / "demo.json"


def read(env: dict[str, str]) -> Options:
    """Options from `env` and the TOML file; raises BadOptions naming each field, value and what would be right."""
    from pydantic import ValidationError

    home = _home(env)
    path = home / "jiedao.toml"
    values: dict[str, object] = {"mode": "demo"} if demo_mark(home).is_file() else {}
    if path.is_file():
        try:
            values.update(tomllib.loads(path.read_text("utf-8")))
        except tomllib.TOMLDecodeError as error:
            raise BadOptions([f"{path}: {error}"]) from error
    for name, field in Options.model_fields.items():
        raw = env.get(f"JIEDAO_{name.upper()}")
        if raw is not None:
            values[name] = [p.strip() for p in raw.split(",") if p.strip()] if field.annotation == list[str] else raw
    values["home"] = home
    try:
        return Options.model_validate(values)
    except ValidationError as error:
        raise BadOptions(
            [_fault(".".join(map(str, one["loc"])), one["input"], one["msg"]) for one in error.errors()]
        ) from error


def _fault(name: str, value: object, message: str) -> str:
    """One line; what may hold a password is not shown."""
    shown = "…" if name.endswith(("_key", "_secret", "_url")) else repr(value)
    return f"{name} = {shown}: {message}"


def unknown(env: dict[str, str]) -> list[str]:
    """JIEDAO_… variables that nothing reads, most likely misspelt."""
    known = {f"JIEDAO_{name.upper()}" for name in Options.model_fields}
    known |= {"JIEDAO_SHARED", "JIEDAO_VAULT_KEY", "JIEDAO_BENCH_POSTGRES"}
    return sorted(name for name in env if name.startswith("JIEDAO_") and name not in known)


@cache
def options() -> Options:
    return read(dict(os.environ))
