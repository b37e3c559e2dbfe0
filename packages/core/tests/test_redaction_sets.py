"""Redaction against generated sets that are not in the corpus: public token formats (R48), ordinary traffic (R49)."""

from __future__ import annotations

import json
import random
import re
import string
import uuid

import pytest

from debug_toolbar_core.redaction import Redactor

ALPHABETS = {
    "a": string.ascii_letters + string.digits,
    "h": "0123456789abcdef",
    "u": string.ascii_letters + string.digits + "-_",
    "n": string.digits,
    "U": string.ascii_uppercase + string.digits,
    "l": string.ascii_lowercase + string.digits,
    "b": string.ascii_letters + string.digits + "+/",
}
# What public scanners look for: a telling key, and the form of the value; {a36} is 36 letters and digits.
TOKENS = """
adobe_client_secret p8e-{l32}|AGE_SECRET_KEY AGE-SECRET-KEY-1{U58}|airtable_api_key pat{a14}.{h64}
algolia_admin_key {h32}|ALIBABA_ACCESS_KEY_SECRET {l30}|alibaba_access_key LTAI{l20}
ANTHROPIC_API_KEY sk-ant-api03-{u93}AA|asana_token 1/{n16}:{h32}|ARTIFACTORY_API_KEY AKC{a70}
ATLASSIAN_API_TOKEN ATATT3xFfGF0{u180}={U8}|bitbucket_app_password ATBB{a32}{U8}|AWS_ACCESS_KEY AKIA{U16}
aws_session_key ASIA{U16}|AWS_BEARER_TOKEN_BEDROCK ABSKQmVkcm9ja{b100}=|AZURE_CLIENT_SECRET {a3}8Q~{u34}
AZURE_STORAGE_ACCOUNT_KEY {b86}==|braintree_token access_token$production${l16}${h32}
BREVO_API_KEY xkeysib-{h64}-{a16}|buildkite_token bkua_{h40}|CIRCLECI_TOKEN CCIPAT_{a22}_{h40}
clojars_token CLOJARS_{l60}|cloudflare_api_key {h37}|cloudflare_origin_ca_key v1.0-{h24}-{h146}
contentful_token CFPAT-{u43}|databricks_token dapi{h32}|datadog_api_key {h32}|DIGITALOCEAN_TOKEN dop_v1_{h64}
do_oauth_token doo_v1_{h64}|discord_bot_token M{a23}.{u6}.{u38}|docker_token dckr_pat_{u27}|doppler_token dp.pt.{a43}
doppler_service_token dp.st.prd.{a43}|duffel_token duffel_live_{u43}|dynatrace_token dt0c01.{U24}.{U64}
easypost_api_key EZAK{a54}|facebook_access_token EAAC{a120}|FIGMA_TOKEN figd_{u40}|flutterwave_secret FLWSECK-{l32}-X
fly_access_token fo1_{u43}|frameio_token fio-u-{u64}|gcp_api_key AIza{u35}|google_client_secret GOCSPX-{u28}
google_oauth_token ya29.a0{u140}|google_refresh_token 1//0{u60}|GH_TOKEN ghp_{a36}|github_app_token ghs_{a36}
github_refresh_token ghr_{a76}|github_oauth gho_{a36}|GITHUB_PAT github_pat_{a22}_{a59}|GITLAB_TOKEN glpat-{u20}
gitlab_runner_token glrt-{u20}|gitlab_deploy_token gldt-{u20}|gitlab_trigger_token glptt-{h40}
ci_job_token glcbt-64_{u20}|grafana_token glsa_{a32}_{h8}|GRAFANA_CLOUD_TOKEN glc_{b60}|groq_api_key gsk_{a52}
harness_api_key pat.{u22}.{a24}.{a20}|hashicorp_tf_token {a14}.atlasv1.{u67}|VAULT_TOKEN hvs.{u95}
vault_batch_token hvb.{u140}|heroku_api_key HRKU-AA{u58}|HF_TOKEN hf_{a34}
hubspot_token pat-na1-{h8}-{h4}-{h4}-{h4}-{h12}|infracost_api_key ico-{a32}|jwt_token eyJ{a33}.eyJ{u80}.{u43}
launchdarkly_sdk_key sdk-{h8}-{h4}-{h4}-{h4}-{h12}|LINEAR_API_KEY lin_api_{a40}|lob_api_key live_{h35}
mailchimp_api_key {h32}-us12|mailgun_api_key key-{h32}|mapbox_secret_token sk.eyJ{a80}.{a22}
MAILERSEND_TOKEN mlsn.{h64}|netlify_token nfp_{a36}|NEW_RELIC_API_KEY NRAK-{U27}|newrelic_insert_key NRII-{u32}
NOTION_TOKEN ntn_{n11}{a35}|notion_secret secret_{a43}|NPM_TOKEN npm_{a36}|nuget_api_key oy2{l43}
nvidia_api_key nvapi-{u64}|okta_token 00{u40}|ONEPASSWORD_SERVICE_TOKEN ops_eyJ{b250}
OPENAI_API_KEY sk-{a20}T3BlbkFJ{a20}|openai_key sk-proj-{u74}T3BlbkFJ{u74}|openrouter_api_key sk-or-v1-{h64}
perplexity_api_key pplx-{a48}|plaid_access_token access-production-{h8}-{h4}-{h4}-{h4}-{h12}
planetscale_password pscale_pw_{u43}|planetscale_token pscale_tkn_{u43}|postman_api_key PMAK-{h24}-{h34}
prefect_api_key pnu_{l36}|pulumi_access_token pul-{h40}|PYPI_TOKEN pypi-AgEIcHlwaS5vcmc{u150}|rapidapi_key {a50}
readme_api_key rdme_{l70}|replicate_token r8_{a37}|rubygems_api_key rubygems_{h48}|SENDGRID_API_KEY SG.{u22}.{u43}
sentry_auth_token sntrys_eyJ{b80}_{b43}|sentry_user_token sntryu_{h64}|shippo_token shippo_live_{h40}
SHOPIFY_ACCESS_TOKEN shpat_{h32}|shopify_shared_secret shpss_{h32}|SLACK_BOT_TOKEN xoxb-{n12}-{n13}-{a24}
slack_user_token xoxp-{n12}-{n12}-{n12}-{h32}|slack_app_token xapp-1-A{U10}-{n13}-{h64}
slack_webhook_url https://hooks.slack.com/services/T{U8}/B{U10}/{a24}|sonar_token squ_{h40}
snyk_token snyk_uat.{h8}.{u43}|sourcegraph_token sgp_{h16}_{h40}|square_access_token EAAA{u60}
square_secret sq0csp-{u43}|STRIPE_SECRET_KEY sk_live_{a99}|stripe_restricted_key rk_live_{a24}
stripe_webhook_secret whsec_{b32}|SUPABASE_ACCESS_TOKEN sbp_{h40}|tailscale_key tskey-auth-{a12}-{a32}
TELEGRAM_BOT_TOKEN {n10}:AA{u33}|twilio_api_key SK{h32}|TWILIO_AUTH_TOKEN {h32}|typeform_token tfp_{u44}_{u14}
vercel_token vcp_{a40}|xai_api_key xai-{a80}|yandex_api_key AQVN{u36}|yandex_iam_token t1.{u40}.{u86}
zendesk_secret_key {l40}|discord_webhook_url https://discord.com/api/webhooks/{n18}/{u68}|bcrypt_password $2b$12${a53}
SSH_PRIVATE_KEY -----BEGIN_OPENSSH_PRIVATE_KEY-----{b70}-----END_OPENSSH_PRIVATE_KEY-----
"""
# What must stay as it is; templates are separated by ¦.
ORDINARY = r"""
{uuid} ¦ {h40} ¦ {h64} ¦ sha256:{h64} ¦ W/"{h32}" ¦ commit {h40} ¦ {h7} ¦ 00-{h32}-{h16}-01 ¦ req_{a24}
cus_{a14} ¦ pi_{a24} ¦ ch_{a24} ¦ price_{a24} ¦ evt_{a24} ¦ data:image/png;base64,{b400}== ¦ {b88}== ¦ {u22}
{u43} ¦ {n10} ¦ {n13} ¦ 17{n17} ¦ {n18} ¦ 2026-11-22T08:{n2}:00.{n6}+00:00 ¦ EUR {n4}.{n2} ¦ +49 30 {n4} {n4}
192.168.1.{n2}:8080 ¦ 2001:db8::{h4}:{h4} ¦ SELECT id, password, token FROM users WHERE token = %(token_{n1})s
UPDATE users SET password=?, updated_at=? WHERE id=?
INSERT INTO sessions (session_key, expire_date) VALUES ($1, $2)
SELECT * FROM auth_user WHERE id IN ({n3}, {n3}, {n3}) ¦ ALTER TABLE api_keys ADD COLUMN key_hash VARCHAR({n2})
/users/{uuid}/orders/{n8} ¦ /static/app.{h8}.js ¦ /api/v1/tokens/{n4}
https://example.com/reset?page={n2}&next=%2Fhome&utm_source={a8} ¦ https://github.com/acme/repo/commit/{h40}
https://cdn.example.com/img/{uuid}.webp?w={n3}&h={n3} ¦ <a href="/auth/login?next=/items/{n3}">Log in</a>
<label for="password">Password</label><input type="password" name="password" placeholder="Password">
<p>Your session: active since {n2} minutes</p> ¦ <div class="token-list" data-id="{uuid}"></div>
{"token_count": {n4}} ¦ {"password_reset_url": "https://example.com/reset", "id": "{uuid}"}
{"next_page_token": "{u22}", "items": []} ¦ {"token_type": "bearer", "expires_in": {n4}, "scope": "read write"}
{"usage": {"prompt_tokens": {n3}, "total_tokens": {n4}}}
{"author": "Jane", "signature_algorithm": "RS256", "key": "user:{n4}"} ¦ {"etag": "{h32}", "checksum": "{b43}="}
{"has_password": true, "password": null, "mfa_enabled": false}
{"errors": {"password": ["This field is required."]}} ¦ user {n4} logged in (session started) ¦ Token: expired
password: required ¦ auth: ok in {n3} ms ¦ cookie: accepted ¦ invalid token at line {n2}
tokens used: {n4} of 4096 ¦ pin the version {n1}.{n2} ¦ cache hit user:{n5}:profile in {n2} ms
Authorization header missing ¦ 401 Unauthorized: Bearer token required ¦ bearer of bad news number {n3}
Basic auth is disabled ¦ password = form.cleaned_data['password'] ¦ token = request.headers.get('authorization')
def login(username, password): ¦     return authenticate(request, username=username, password=password)
session = Session(engine, expire_on_commit=False) ¦ api_key = os.environ.get('API_KEY') ¦ assert token is not None
secret: str | None = None ¦ class Token(BaseModel): ¦ postgresql://localhost:5432/shop ¦ redis://cache:6379/{n1}
amqp://rabbit:5672// ¦ smtp://mail.example.com:587 ¦ bob.{a6}@example.com ¦ task_id={uuid} queue=default
x-request-id={uuid}; region=eu-west-1 ¦ Mozilla/5.0 ({a8}; rv:{n2}.0) ¦ order-{n10} ¦ INV-2026-{n6}
ISBN 978-0-306-40615-{n1} ¦ trace_id={h32} span_id={h16} ¦ arn:aws:s3:::bucket/{uuid}
v{n1}.{n2}.{n1}-rc.{n1}+build.{h7} ¦ GA1.2.{n9}.{n10} ¦ {n3}-{n3}-{n4} ¦ {h2}:{h2}:{h2}:{h2}:{h2}:{h2}
npm ERR! code {a6} ¦ django.contrib.sessions.backends.db ¦ task-{l25} ¦ risk-assessment-framework-document-{n4}
sk-toggleable__control-label
"""


def _fill(template: str, rnd: random.Random) -> str:
    template = template.replace("{uuid}", str(uuid.UUID(int=rnd.getrandbits(128), version=4)))
    return re.sub(
        r"\{([ahunUlb])(\d+)\}", lambda match: "".join(rnd.choices(ALPHABETS[match[1]], k=int(match[2]))), template
    )


def _tokens() -> list[tuple[str, str]]:
    rnd = random.Random(48)
    lines = [entry for line in TOKENS.split("\n") for entry in line.split("|") if entry]
    split = [entry.split(" ") for entry in lines for _ in range(5)]
    return [(key, _fill(template, rnd).replace("_OPENSSH_PRIVATE_", " OPENSSH PRIVATE ")) for key, template in split]


def test_public_token_formats_are_caught_under_a_telling_key() -> None:
    """R48: recall of at least 0.98 where the name tells."""
    redactor = Redactor()
    tokens = _tokens()
    missed = [key for key, token in tokens if token[-12:] in json.dumps(redactor.value({key: token}))]
    assert len(missed) <= 0.02 * len(tokens), sorted(set(missed))


@pytest.mark.parametrize(
    "sentence", ["deploy failed with {} just now", '["a", "{}"]', "x={}", "note%3D{}%26b", "first\\n{}\\n"]
)
def test_public_token_formats_are_caught_alone(sentence: str) -> None:
    """R48: recall of at least 0.90 where nothing but its own form tells."""
    redactor = Redactor()
    tokens = _tokens()
    missed = [key for key, token in tokens if token[-12:] in redactor.text(sentence.format(token))]
    assert len(missed) <= 0.10 * len(tokens), sorted(set(missed))


def test_ordinary_traffic_stays_as_it_is() -> None:
    """R49: of ordinary texts at most 5 in 100 are touched."""
    redactor, rnd = Redactor(), random.Random(49)
    templates = [template for line in ORDINARY.strip().split("\n") for template in line.split(" ¦ ")]
    texts = [_fill(template, rnd) for template in templates for _ in range(20)]
    touched = [text for text in texts if redactor.text(text) != text]
    assert len(touched) <= 0.05 * len(texts), touched[:20]
