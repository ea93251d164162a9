"""The settings of the suite: a throw-away JIEDAO_HOME; PostgreSQL where JIEDAO_DATABASE_URL names one."""

import atexit
import os
import shutil
import tempfile

for name in [name for name in os.environ if name.startswith("JIEDAO_")]:
    if name not in ("JIEDAO_DATABASE_URL", "JIEDAO_SHARED"):
        del os.environ[name]
os.environ["JIEDAO_MODE"] = "test"
os.environ["JIEDAO_SYSTEMS"] = "tests.sample_system"
os.environ["JIEDAO_HOME"] = tempfile.mkdtemp(prefix="jiedao-test-")
atexit.register(shutil.rmtree, os.environ["JIEDAO_HOME"], ignore_errors=True)

from jiedao.config.settings import *  # noqa: E402, F403
