"""Who: persons, sign-ins, units in five tiers, posts, responsibilities, and the ledger of who read whose data."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone


class Person(models.Model):
    """A human being. Phone, ID number and e-mail are ciphertext; `…_key` columns are keyed hashes for exact look-up."""

    name = models.CharField(max_length=80)
    phone_sealed = models.BinaryField(null=True)
    phone_key = models.CharField(max_length=64, null=True, db_index=True)
    phone_verified_at = models.DateTimeField(null=True, help_text="a code sent to the phone came back")
    identity_sealed = models.BinaryField(null=True)
    identity_key = models.CharField(max_length=64, null=True, unique=True)
    email_sealed = models.BinaryField(null=True)
    community = models.CharField(max_length=12, blank=True, db_index=True)
    address = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, default="zh-hans")
    large_type = models.BooleanField(default=False, help_text="elderly mode 长辈模式")
    created_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True)


class UserManager(BaseUserManager):
    def create_user(self, username: str, password: str | None = None, **extra):
        user = self.model(username=self.model.normalize_username(username), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **extra):
        return self.create_user(username, password, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str):
        return self.get(username=username)


class User(AbstractBaseUser):
    """A sign-in. What it may do comes from its posts (staff) or from nothing but being a resident."""

    username = models.CharField(max_length=80, unique=True)
    person = models.OneToOneField(Person, null=True, on_delete=models.PROTECT, related_name="user")
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False)
    demo = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False, help_text="staff gave a temporary one")
    oidc_subject = models.CharField(max_length=255, null=True, unique=True, help_text="`sub` of the office's directory")

    objects = UserManager()
    USERNAME_FIELD = "username"

    @property
    def label(self) -> str:
        return self.person.name if self.person_id else self.username


class Unit(models.Model):
    """组织: five Party tiers beside departments, teams, enterprises and property companies."""

    class Tier(models.TextChoices):
        SUBDISTRICT_COMMITTEE = "subdistrict_committee", "街道大工委"
        COMMUNITY_COMMITTEE = "community_committee", "社区大党委"
        COMPOUND_BRANCH = "compound_branch", "小区党支部"
        GRID_GROUP = "grid_group", "网格党小组"
        STAIRWELL_GROUP = "stairwell_group", "楼道党小组"
        GOVERNMENT = "government", "政府"
        DEPARTMENT = "department", "职能部门"
        TEAM = "team", "班组"
        ENTERPRISE = "enterprise", "企业"
        PROPERTY = "property", "物业"

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    tier = models.CharField(max_length=24, choices=Tier.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    area = models.CharField(max_length=20, blank=True, help_text="the area it belongs to (code)")
    duty = models.CharField(max_length=24, blank=True, db_index=True, help_text="cleansing, lighting, greening, …")
    credit_code = models.CharField(max_length=18, blank=True)
    phone = models.CharField(max_length=40, blank=True, help_text="public office number")
    webhook = models.URLField(blank=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """岗位: user × role × unit × area scope × kinds, dated. The one source of permission."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="posts")
    role = models.CharField(max_length=24, help_text="a key of jiedao.people.roles.ROLES")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="posts")
    area = models.CharField(max_length=20, blank=True, help_text="code prefix; empty is the whole city")
    kinds = models.JSONField(default=list, blank=True, help_text="case kinds; empty is all")
    valid_from = models.DateField(default=timezone.localdate)
    valid_to = models.DateField(null=True, blank=True, help_text="the last day")


class Responsibility(models.Model):
    """责任: kind × category × area → unit, dated; the most specific row in force answers."""

    kind = models.CharField(max_length=40)
    category = models.CharField(max_length=24, blank=True, help_text="small class or its prefix; empty is all")
    duty = models.CharField(max_length=24, blank=True)
    area = models.CharField(max_length=20, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="responsibilities")
    valid_from = models.DateField(default=timezone.localdate)
    valid_to = models.DateField(null=True, blank=True, help_text="the last day")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "category", "area"])]


class Reading(models.Model):
    """One reading of a person's data by somebody else; the person sees it in the portal."""

    subject = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="readings")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reader_label = models.CharField(max_length=160)
    at = models.DateTimeField(default=timezone.now)
    purpose = models.CharField(max_length=200)
    fields = models.JSONField(default=list)
    case_code = models.CharField(max_length=24, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "-at"])]


class Consent(models.Model):
    """同意: to one purpose, until withdrawn or run out."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=60)
    granted_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "purpose"])]


class Change(models.Model):
    """Who changed a sign-in, a post, a unit or a responsibility, when and why. Rows are only ever added."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=160)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=160, help_text="user:12, unit:QJ-1, …")
    details = models.JSONField(default=dict)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "-at"])]


class RecoveryCode(models.Model):
    """One-time stand-in for a TOTP code; only its keyed hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)


class Stamp(models.Model):
    """One row whose number changes with units and responsibilities; other processes watch it."""

    number = models.BigIntegerField(default=0)
