"""Static files with a hash in the name and a compressed twin."""

from whitenoise.storage import CompressedManifestStaticFilesStorage as Base


class Storage(Base):
    """Hashed names are written into style sheets, and into the imports of our own modules.

    Scripts of other packages stay as they are: they name source maps and modules that their wheels do not carry.
    """

    patterns = (
        *((kind, rules) for kind, rules in Base.patterns if kind == "*.css"),
        ("*jiedao/*.js", Base._js_module_import_aggregation_patterns[1]),
    )
