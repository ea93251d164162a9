"""Static files with a hash in the name and a compressed twin."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Source maps are not shipped in every wheel; a script that names one it lacks is served as it is."""

    patterns = tuple(
        (kind, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for kind, rules in CompressedManifestStaticFilesStorage.patterns
    )
