"""The key rule: which names (of fields, variables, settings, headers) promise a secret value."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import pairwise

REDACTED = "[redacted]"
"""What stands in the place of a secret."""

KEY_LIMIT = 200
"""Characters of a name that are looked at and kept."""

NOT_SECRET, SECRET_TEXT, SECRET = 0, 1, 2
"""A level: visible; text is masked but numbers are not (`tokens: 12`); everything but None, booleans, "" is masked."""

_CACHED_NAMES = 4096
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+")


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] != "s" else word


def words_of(name: str) -> list[str]:
    """Split a camelCase, snake_case, kebab-case or dotted name in lower-case singular words, digits dropped.

    >>> words_of("userAPIKeys2")
    ['user', 'api', 'key']
    """
    return [_singular(word.lower()) for word in _WORD.findall(name)]


def _words(text: str) -> frozenset[str]:
    return frozenset(_singular(word) for word in text.split())


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(_singular(word) for word in phrase.split()) for phrase in text.split(","))


_ALWAYS = _words(
    "password passwd passwort kennwort wachtwoord senha contrasena contraseña motdepasse pass pwd psw pswd"
    " passphrase passcode passkey secret credential creds cred dsn otp totp hotp mfa pin cvv cvc ccv csc ssn iban"
    " mnemonic apikey secretkey privatekey accesskey accesstoken refreshtoken idtoken authtoken csrftoken"
    " xsrftoken sessiontoken csrfmiddlewaretoken sessionid sessid phpsessid jsessionid aspsessionid sid keytab"
    " htpasswd pgpass netrc creditcard cardnumber ccnum ccnumber connectionstring connstr accountkey sharedkey"
)
_TEXT_ONLY = _words(
    "token session sess auth authorization authentication cookie signature sig csrf xsrf nonce jwt bearer hmac saml"
)
_SUFFIXES = (
    "password", "passwd", "passphrase", "secret", "apikey", "secretkey", "privatekey", "accesskey", "accesstoken",
    "refreshtoken", "authtoken", "csrftoken", "sessiontoken", "sessionid", "sessid",
)  # fmt: skip
_PHRASES = _phrases(
    "api key,secret key,private key,access key,encryption key,decryption key,signing key,account key,master key,"
    "subscription key,license key,licence key,shared key,shared access,service key,functions key,function key,"
    "host key,ssh key,deploy key,app key,application key,admin key,auth key,session key,storage key,webhook key,"
    "hmac key,jwt key,client key,recovery key,rsa key,ssl key,tls key,pgp key,gpg key,aes key,cipher key,"
    "fernet key,integration key,ingest key,write key,server key,root key,recovery code,backup code,"
    "verification code,security code,access code,auth code,authorization code,login code,sms code,reset code,"
    "card number,cc number,credit card,card no,account number,account no,routing number,bank account,"
    "social security,tax id,connection string,database url,db url,redis url,broker url,mongo url,mongodb url,"
    "mongodb uri,mongo uri,postgres url,postgresql url,mysql url,amqp url,rabbitmq url,database uri,webhook url,"
    "seed phrase,magic link,openai key,anthropic key,stripe key,sendgrid key,google key,maps key,azure key,"
    "algolia key,mapbox key,rapidapi key,security answer,time code"
)
_PHRASES_TEXT = _phrases("session id,sess id,cookie value,client assertion,code verifier")
_FIRST = _words(
    "is has can should must may needs require requires required allow allows enable enabled disable disabled use"
    " uses show hide supports forgot public publishable max min minimum maximum"
)
_FIRST_OF_TOKEN = _words(
    "next previous prev prompt completion continuation page stop start end eos bos pad unk mask sep cls begin"
    " cancel cancellation total num input output cached reasoning special text last first current"
)
_LAST = _words(
    "count total number type kind length len size min max limit quota expires expire expiry expired expiration"
    " exp in at on age ttl timeout lifetime duration second minute url uri endpoint path file filename dir"
    " directory name label title description hint help message status state enabled required valid invalid"
    " verified policy strength score version algorithm alg method scheme mode format encoding charset field"
    " column header param parameter prefix suffix pattern regex class backend engine provider factory hasher"
    " validator middleware model schema table view handler manager service store storage domain samesite secure"
    " httponly partitioned consent banner id index position usage used remaining budget price cost rate region"
    " issuer audience scope user username email owner created updated changed modified date time timestamp brand"
    " color icon placeholder autocomplete request error attempt retry serializer generator form page template"
    " rotation round iteration support flow config option setting group role permission level source target ratio"
    " percent per day hour window interval refresh reset resets"
)


def _phrase_in(words: list[str], phrases: frozenset[tuple[str, ...]]) -> bool:
    return any(pair in phrases for pair in pairwise(words))


def _by_words(words: list[str]) -> int:
    if words[0] in _FIRST:
        return NOT_SECRET
    end = tuple(words[-2:])
    if end in _PHRASES:
        return SECRET
    if end in _PHRASES_TEXT:
        return SECRET_TEXT
    if words[-1] in _LAST:
        return NOT_SECRET
    if not _ALWAYS.isdisjoint(words) or any(word.endswith(_SUFFIXES) for word in words) or _phrase_in(words, _PHRASES):
        return SECRET
    if words[0] in _FIRST_OF_TOKEN:
        return NOT_SECRET
    return SECRET_TEXT if not _TEXT_ONLY.isdisjoint(words) or _phrase_in(words, _PHRASES_TEXT) else NOT_SECRET


def tree(words: Iterable[str]) -> str:
    """Write words as a regular expression that shares their beginnings, which tries few of them at each character."""
    branches: dict[str, list[str]] = {}
    for word in words:
        branches.setdefault(word[:1], []).append(word[1:])
    if "" in branches:  # a whole word ends here: what is longer begins with it and needs no saying
        return ""
    parts = [re.escape(first) + tree(rest) for first, rest in sorted(branches.items())]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _beginnings(more: set[str]) -> list[str]:
    """Return the fewest words one of which is in every secret name: `accesstoken` is found by `token`."""
    words = _ALWAYS | _TEXT_ONLY | set(_SUFFIXES) | {phrase[0] for phrase in _PHRASES | _PHRASES_TEXT} | more
    return sorted(word for word in words if not any(other in word for other in words if other != word))


class KeyRule:
    """Tells how secret a name is; `reveal` names are visible, `keys` are secret besides the built-in ones."""

    def __init__(self, reveal: Collection[str] = (), keys: Collection[str] = ()) -> None:
        """Take names as users write them; a name of `keys` also counts as a part of a longer one."""
        self.reveal = frozenset(name.lower() for name in reveal)
        self.named = frozenset(name.lower() for name in keys)
        self._extra = tuple(f" {' '.join(words)} " for name in keys if (words := words_of(name)))
        self.stems = tree(_beginnings({extra.split()[0] for extra in self._extra}))
        """Matches, in lower-case text, where a word begins that can make a name secret."""
        self._may_be_secret = re.compile(self.stems).search
        self._levels: dict[str, int] = {}
        self.harmless: set[str] = set()
        """Keys of structures that were found to be shown as they are, and to say nothing of their values."""

    def note_harmless(self, key: str) -> None:
        """Keep a key among the harmless, which are so many at most."""
        if len(self.harmless) >= _CACHED_NAMES:
            self.harmless.clear()
        self.harmless.add(key)

    def level(self, name: str) -> int:
        """Return NOT_SECRET, SECRET_TEXT or SECRET for a name of any spelling."""
        level = self._levels.get(name)
        if level is None:
            level = self._find(name[:KEY_LIMIT])
            if len(self._levels) >= _CACHED_NAMES:
                self._levels.clear()
            if len(name) <= KEY_LIMIT:
                self._levels[name] = level
        return level

    def _find(self, name: str) -> int:
        lower = name.lower()
        if lower in self.reveal:
            return NOT_SECRET
        if lower in self.named:
            return SECRET
        if self._may_be_secret(lower) is None:
            return NOT_SECRET
        words = words_of(name)
        if words[:1] == ["x"]:  # as headers begin: X-Max-Tokens
            del words[0]
        if not words:
            return NOT_SECRET
        if self._extra and any(extra in f" {' '.join(words)} " for extra in self._extra):
            return SECRET
        return _by_words(words)
