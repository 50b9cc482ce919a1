"""`kolba compare` on applications that others wrote: `python -m tests.compare.public [NAME ...]`.

Installs them, when run, from the package index into an environment of their own under
`.cache/public`; examples come out of the source distributions. Prints for each what was
compared, what was identical, and every difference. Exit code 1 if there was one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.documents import ROOT

PLACE = ROOT / ".cache" / "public"
_SECONDS = 900


@dataclass(frozen=True)
class Public:
    """An application that others wrote.

    Attributes:
        needs: what to install for it.
        target: as `kolba compare` takes it.
        sdist: the source distribution that holds it, if it is an example.
        inside: its folder in there.
        alone: whether it wants versions that the others do not, and so an environment of its own.
        code: a file `target.py` that makes it, where it wants to be set up.
        before: what to run there first, for what the comparison is to find.
        arguments: of `kolba compare`: requests and fills.
    """

    needs: tuple[str, ...]
    target: str
    sdist: str = ""
    inside: str = ""
    alone: bool = False
    code: str = ""
    before: str = ""
    arguments: tuple[str, ...] = ()


def requests(*written: str) -> tuple[str, ...]:
    """The arguments that ask these first, in this order."""
    return tuple(part for request in written for part in ("--request", request))


FLASKR = """
from flaskr import create_app
from flaskr.db import init_db

def make():
    app = create_app({"SECRET_KEY": "of the comparison"})
    with app.app_context():
        init_db()
    return app

app = make()
"""
LIBRARY = """
import sqlite3

database = sqlite3.connect("library.sqlite3")
database.executescript(
    "DROP TABLE IF EXISTS book;"
    "CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT, pages INTEGER);"
    "INSERT INTO book (title, pages) VALUES ('Мёртвые души', 352), ('<b>Ulysses</b>', 730);"
)
database.close()
"""
SQLITE_WEB = """
from sqlite_web.sqlite_web import app, initialize_app

app.secret_key = "of the comparison"
initialize_app(["library.sqlite3"])
"""
ADMIN = """
from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config.update(SECRET_KEY="of the comparison", SQLALCHEMY_DATABASE_URI="sqlite:///admin.db")
db = SQLAlchemy(app)


class Post(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(80))
    text = db.Column(db.Text)


with app.app_context():
    db.create_all()
    if not db.session.query(Post).count():
        db.session.add_all(Post(title=f"Post {n}", text="<b>x</b>") for n in range(30))
        db.session.commit()
Admin(app, name="shop").add_view(ModelView(Post, db))
"""
SECURITY = """
from flask import Flask, render_template_string
from flask_security import Security, SQLAlchemyUserDatastore, auth_required, hash_password
from flask_security.models import fsqla_v3 as fsqla
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config.update(
    SECRET_KEY="of the comparison",
    SECURITY_PASSWORD_SALT="146585145368132386173505678016728509634",
    SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
    SECURITY_REGISTERABLE=True,
    SECURITY_SEND_REGISTER_EMAIL=False,
    SECURITY_PASSWORD_HASH="pbkdf2_sha512",
    SECURITY_PASSWORD_SCHEMES=["pbkdf2_sha512"],
    WTF_CSRF_ENABLED=False,
    SQLALCHEMY_DATABASE_URI="sqlite:///security.db",
)
db = SQLAlchemy(app)
fsqla.FsModels.set_db_info(db)


class Role(db.Model, fsqla.FsRoleMixin):
    pass


class User(db.Model, fsqla.FsUserMixin):
    pass


app.security = Security(app, SQLAlchemyUserDatastore(db, User, Role))


@app.route("/")
@auth_required()
def home():
    return render_template_string("Hello {{ current_user.email }}")


with app.app_context():
    db.create_all()
    if not app.security.datastore.find_user(email="anna@example.org"):
        app.security.datastore.create_user(
            email="anna@example.org", password=hash_password("a long password")
        )
        db.session.commit()
"""
DASH = """
from dash import Dash, Input, Output, callback, dcc, html

dashboard = Dash("shop")
dashboard.layout = html.Div([dcc.Input(id="name", value="Anna"), html.Div(id="greeting")])


@callback(Output("greeting", "children"), Input("name", "value"))
def greet(name):
    return f"Hello, {name}"


app = dashboard.server
"""
RESTX = """
from flask import Flask
from flask_restx import Api, Resource, fields, reqparse

app = Flask(__name__)
api = Api(app, title="Tasks", doc="/doc/")
tasks = api.namespace("tasks")
task = api.model("Task", {"id": fields.Integer, "text": fields.String(required=True)})
form = reqparse.RequestParser(bundle_errors=True)
form.add_argument("text", required=True, location="form", help="what is to be done")
form.add_argument("urgency", type=int, location="form")
kept = [{"id": 1, "text": "чай"}]


@tasks.route("/")
class Tasks(Resource):
    @tasks.marshal_list_with(task)
    def get(self):
        return kept

    @tasks.expect(form)
    @tasks.marshal_with(task, code=201)
    def post(self):
        kept.append({"id": len(kept) + 1, **form.parse_args()})
        return kept[-1], 201


@tasks.route("/<int:number>")
class Task(Resource):
    @tasks.marshal_with(task)
    def get(self, number):
        return kept[number - 1] if number <= len(kept) else api.abort(404, "no such task")
"""
BOOK = """
from pathlib import Path

Path("book.beancount").write_text(
    'option "title" "Книга"\\n'
    "2020-01-01 open Assets:Bank\\n"
    "2020-01-01 open Expenses:Food\\n"
    '2020-01-02 * "Пекарь" "Хлеб"\\n  Expenses:Food  5.00 EUR\\n  Assets:Bank\\n',
    "utf-8",
)
"""
FAVA = """
from pathlib import Path

from fava.application import create_app

app = create_app([str(Path("book.beancount").resolve())], load=True)
"""
BEPASTY = """
import os
from pathlib import Path

from bepasty.app import create_app

Path("kept").mkdir(exist_ok=True)
Path("bepasty.conf").write_text(
    "SITENAME = 'Pastes'\\n"
    "SECRET_KEY = 'of the comparison'\\n"
    "STORAGE = 'filesystem'\\n"
    f"STORAGE_FILESYSTEM_DIRECTORY = {str(Path('kept').resolve())!r}\\n"
    "DEFAULT_PERMISSIONS = 'read,create,list'\\n"
    "PERMISSIONS = {'anna': 'admin,list,create,read,delete,modify'}\\n"
    "SESSION_COOKIE_SECURE = False\\n",
    "utf-8",
)
os.environ["BEPASTY_CONFIG"] = str(Path("bepasty.conf").resolve())
app = create_app()
"""
CHANGES = """
import os
import random
import tempfile
import uuid

os.environ["ALLOW_IANA_RESTRICTED_ADDRESSES"] = "true"
from changedetectionio.flask_app import changedetection_app
from changedetectionio.store import ChangeDetectionStore

numbers = random.Random(1)
uuid.uuid4 = lambda: uuid.UUID(int=numbers.getrandbits(128), version=4)
folder = tempfile.mkdtemp()
store = ChangeDetectionStore(datastore_path=folder, include_default_watches=True)
options = {"datastore_path": folder, "disable_checkver": True, "batch_mode": True}
app = changedetection_app(options, store)
app.config.update(WTF_CSRF_ENABLED=False, STOP_THREADS=True)
first = next(iter(store.data["watching"]))
app.add_url_rule("/first", "first", lambda: first)
"""
TRACKING = """
import os
import tempfile

folder = tempfile.mkdtemp()
os.environ.update(
    _MLFLOW_SERVER_FILE_STORE=f"sqlite:///{folder}/mlflow.db",
    _MLFLOW_SERVER_REGISTRY_STORE=f"sqlite:///{folder}/mlflow.db",
    _MLFLOW_SERVER_ARTIFACT_ROOT=folder,
    _MLFLOW_SERVER_ARTIFACT_DESTINATION=folder,
    _MLFLOW_SERVER_SERVE_ARTIFACTS="true",
    MLFLOW_MODEL_CATALOG_URI=f"file://{folder}",
)
from mlflow.server import app
"""
PGADMIN = """
import builtins
import os
import shutil
import sys
import tempfile
from importlib.util import find_spec

home = find_spec("pgadmin4").submodule_search_locations[0]
sys.path.insert(0, home)
builtins.SERVER_MODE = True
os.environ.update(PGADMIN_SETUP_EMAIL="anna@example.com", PGADMIN_SETUP_PASSWORD="secret12")
import config

folder = os.path.abspath("set-up")
if os.path.exists(folder):
    folder = shutil.copytree(folder, tempfile.mkdtemp(), dirs_exist_ok=True)
else:
    os.mkdir(folder)
for name in ("LOG_FILE", "SQLITE_PATH", "SESSION_DB_PATH", "STORAGE_DIR"):
    setattr(config, name, os.path.join(folder, name.lower()))
config.DATA_DIR = config.AZURE_CREDENTIAL_CACHE_DIR = config.KERBEROS_CCACHE_DIR = folder
config.SECRET_KEY = "of the comparison"
config.UPGRADE_CHECK_ENABLED = config.MASTER_PASSWORD_REQUIRED = False
from pgAdmin4 import app

app.config["WTF_CSRF_ENABLED"] = False
"""
BILLS = """
import tempfile

import werkzeug.security

werkzeug.security.gen_salt = "s".__mul__
from ihatemoney.run import create_app


class Settings:
    SQLALCHEMY_DATABASE_URI = f"sqlite:///{tempfile.mkdtemp()}/bills.db"
    SECRET_KEY = "of the comparison"
    SESSION_COOKIE_SECURE = WTF_CSRF_ENABLED = TESTING = False
    MAIL_SUPPRESS_SEND = True


app = create_app(Settings, instance_path=tempfile.mkdtemp())
"""
REPOSITORY = """
import os
import subprocess

moment = {f"GIT_{who}_DATE": "2026-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")}
names = ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL")
environment = {**os.environ, **moment, **dict.fromkeys(names, "anna")}
if not os.path.exists("teas"):
    os.makedirs("teas/green")
    with open("teas/green/sencha.py", "w", encoding="utf-8") as file:
        file.write("print('чай <b>')\\n")
    for command in ("init -q -b master", "add .", "commit -q -m first"):
        subprocess.run(["git", *command.split()], cwd="teas", env=environment, check=True)
"""
KLAUS = """
from klaus import make_app

app = make_app(["teas"], "Teas", use_smarthttp=False)
"""
BUILDER = """
import os

from flask import Flask
from flask_appbuilder import AppBuilder, Model, ModelRestApi, ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.utils.legacy import get_sqla_class
from sqlalchemy import Column, Integer, String

app = Flask(__name__)
app.config.update(
    SECRET_KEY="of the comparison",
    SQLALCHEMY_DATABASE_URI=f"sqlite:///{os.path.abspath('builder.db')}",
    FAB_ADD_SECURITY_API=True,
    FAB_PASSWORD_HASH_METHOD="pbkdf2:sha256:1000",
)
db = get_sqla_class()(app)


class Tea(Model):
    __tablename__ = "tea"
    id = Column(Integer, primary_key=True)
    name = Column(String(50), nullable=False)


class Teas(ModelView):
    datamodel = SQLAInterface(Tea)
    list_columns = ["name"]


class TeaApi(ModelRestApi):
    resource_name = "tea"
    datamodel = SQLAInterface(Tea)
    allow_browser_login = True


with app.app_context():
    builder = AppBuilder(app, db.session)
    db.create_all()
    builder.add_view(Teas, "Teas")
    builder.add_api(TeaApi)
    people = builder.sm
    if not people.find_user("anna"):
        people.add_user("anna", "A", "B", "a@b.example", people.find_role("Admin"), "secret12")
"""
SUPYSONIC = """
import os

from supysonic.config import DefaultConfig
from supysonic.db import close_connection, open_connection
from supysonic.managers.user import UserManager
from supysonic.web import create_application


class Settings(DefaultConfig):
    BASE = {**DefaultConfig.BASE, "database_uri": f"sqlite:///{os.path.abspath('music.db')}"}
    WEBAPP = {**DefaultConfig.WEBAPP, "cache_dir": os.path.abspath("cache"), "log_file": None}


app = create_application(Settings())
app.secret_key = "of the comparison"
open_connection()
try:
    UserManager.add("anna", "secret12", admin=True)
except ValueError:
    pass  # it is in the copy already
close_connection()
"""
OTTER = """
import os
import subprocess
import tempfile

folder = tempfile.mkdtemp()
repository = os.path.join(folder, "pages")
subprocess.run(["git", "init", "-q", "-b", "main", repository], check=True)
os.environ.update(
    OTTERWIKI_SETTINGS=os.path.join(folder, "settings.cfg"),
    GIT_AUTHOR_DATE="2026-01-01T00:00:00",
    GIT_COMMITTER_DATE="2026-01-01T00:00:00",
)
with open(os.environ["OTTERWIKI_SETTINGS"], "w", encoding="utf-8") as file:
    file.write(
        f"REPOSITORY = {repository!r}\\n"
        f"SQLALCHEMY_DATABASE_URI = 'sqlite:///{folder}/people.db'\\n"
        "SECRET_KEY = 'of the comparison'\\n"
    )
import otterwiki.views
from otterwiki.server import app
"""
CANAILLE = """
import tempfile

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend

app = create_app(
    {
        "SECRET_KEY": "of the comparison",
        "WTF_CSRF_ENABLED": False,
        "CANAILLE": {"LOGGING": None},
        "CANAILLE_OIDC": {},
        "CANAILLE_SQL": {
            "DATABASE_URI": f"sqlite:///{tempfile.mkdtemp()}/people.db",
            "PASSWORD_SCHEMES": "plaintext",
        },
    }
)
with app.app_context():
    people = Backend.instance
    people.install(app)
    with people.session():
        anna = models.User(
            user_name="anna",
            given_name="Анна",
            family_name="B",
            emails=["anna@example.org"],
            password="secret12345",
        )
        people.save(anna)
"""
SAFRS = """
import tempfile

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from safrs import SAFRSBase, SafrsApi

app = Flask("library")
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tempfile.mkdtemp()}/books.db"
db = SQLAlchemy(app)


class Book(SAFRSBase, db.Model):
    __tablename__ = "Books"
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String)


with app.app_context():
    db.create_all()
    SafrsApi(app).expose_object(Book)
"""
LIBRARIAN = """
import os
import sys

home = os.path.abspath("calibre")
os.makedirs(home, exist_ok=True)
sys.argv = ["cps", "-p", os.path.join(home, "app.db"), "-o", "/dev/null", "-m"]
import calibreweb
import cps

cps.web_server.start = lambda: True
try:
    calibreweb.main()
except SystemExit:
    app = cps.app
app.config["WTF_CSRF_ENABLED"] = False
"""
APPS: dict[str, Public] = {
    "flaskr, the tutorial's blog": Public(
        needs=("flask==3.1.3",),
        target="target:app",
        sdist="flask==3.1.3",
        inside="examples/tutorial",
        code=FLASKR,
        arguments=requests(
            "POST /auth/register username=anna password=x",
            "POST /auth/login username=anna password=wrong",
            "POST /auth/login username=anna password=x",
            "POST /create title=First body=<b>text</b>",
            "POST /create title= body=none",
            "GET /1/update",
            "POST /1/update title=Second body=text",
            "GET /2/update",
        ),
    ),
    "js_example, Flask's own": Public(
        needs=("flask==3.1.3",),
        target="js_example:app",
        sdist="flask==3.1.3",
        inside="examples/javascript",
        arguments=requests("POST /add a=2 b=3", "POST /add a=x"),
    ),
    "httpbin": Public(
        needs=("httpbin", "setuptools"),
        target="httpbin:app",
        arguments=(
            *requests(
                "POST /post a=1 b=два",
                "GET /cookies/set?theme=dark",
                "GET /redirect-to?url=/get&status_code=307",
                "GET /basic-auth/anna/x Authorization:Basic\\ YW5uYTp4",
                "PUT /put a=1",
            ),
            *("--fill", "codes=418", "--fill", "n=3", "--fill", "delay=0"),
        ),
    ),
    "sqlite-web": Public(
        needs=("sqlite-web",),
        target="target:app",
        code=SQLITE_WEB,
        before=LIBRARY,
        arguments=(
            *requests("POST /book/insert/ title=New pages=1", "GET /book/content/?page=1"),
            *("--fill", "table=book", "--fill", "pk=1"),
        ),
    ),
    "Flask-Admin over SQLAlchemy": Public(
        needs=("flask-admin[sqlalchemy]", "flask-sqlalchemy"),
        target="target:app",
        code=ADMIN,
        arguments=requests(
            "GET /admin/post/?page=1&sort=1",
            "POST /admin/post/new/ title=Тема text=текст",
            "GET /admin/post/edit/?id=3",
            "POST /admin/post/delete/ id=4",
        ),
    ),
    "Flask-Security's quick start": Public(
        needs=("flask-security[common,fsqla]",),
        target="target:app",
        code=SECURITY,
        arguments=requests(
            "POST /login email=anna@example.org password=wrong",
            "POST /register email=new@example.org password=another-long-one",
            "POST /login email=anna@example.org password='a long password'",
            "GET /logout",
            "GET /",
        ),
    ),
    "Dash, one callback": Public(
        needs=("dash",),
        target="target:app",
        code=DASH,
        arguments=(*requests("POST /_dash-update-component a=1"), "--fill", "package_name=dash"),
    ),
    "Flask-RESTX, an API with a page about it": Public(
        needs=("flask-restx",),
        target="target:app",
        code=RESTX,
        arguments=requests(
            "POST /tasks/ text=хлеб urgency=1",
            "POST /tasks/ urgency=soon",
            "GET /tasks/9",
            "GET /tasks/ X-Fields:{text}",
        ),
    ),
    "Fava, bookkeeping": Public(
        needs=("fava",),
        target="target:app",
        code=FAVA,
        before=BOOK,
        arguments=(
            *requests("GET /", "GET /книга/journal/", "GET /книга/api/query?query_string=select"),
            *("--fill", "bfile=книга", "--fill", "report_name=journal"),
        ),
    ),
    "bepasty, pastes": Public(
        needs=("bepasty==1.2.2", "flask==3.1.3"),
        target="target:app",
        code=BEPASTY,
        arguments=(
            *requests(
                "POST /+login token=wrong",
                "POST /+login token=anna",
                "POST /+upload text=чай contenttype=text/plain filename=a.txt",
                "GET /+list",
                "GET /apis/rest/items",
                "GET /none/+download Range:bytes=1-3",
            ),
            *("--fill", "name=none"),
        ),
    ),
    "changedetection.io": Public(
        needs=("changedetection.io==0.60.10",),
        target="target:app",
        alone=True,
        code=CHANGES,
        arguments=(
            *requests(
                "GET /first",
                "POST /form/add/quickwatch url=https://example.test/a tags=one",
                "POST /form/add/quickwatch url=javascript:alert(1)",
                "GET /?errors=1&order=asc",
                "POST /settings application-pager_size=10",
                "POST /nowhere a=b",
                "GET /edit/none",
            ),
            *("--fill", "uuid=35bf992d-c9e9-4616-a12e-7696a6cecc1b"),  # what GET /first answers
        ),
    ),
    "mlflow, its tracking server": Public(
        needs=("mlflow==3.17.2",),
        target="target:app",
        alone=True,
        code=TRACKING,
        arguments=requests(
            "POST /api/2.0/mlflow/experiments/create name=чай",
            "POST /ajax-api/2.0/mlflow/runs/create experiment_id=0",
            "GET /api/2.0/mlflow/experiments/search?max_results=5",
        ),
    ),
    "I Hate Money, shared bills": Public(
        needs=("ihatemoney==7.2.1",),
        target="target:app",
        alone=True,
        code=BILLS,
        arguments=(
            *requests(
                "POST /create name=Дача id=dacha password=secret12 contact_email=anna@example.org "
                "default_currency=XXX",
                "POST /authenticate id=dacha password=wrong",
                "POST /authenticate id=dacha password=secret12",
                "POST /dacha/members/add name=Анна",
                "POST /dacha/members/add name=Bob",
                "POST /dacha/add date=2026-11-01 what=чай payer=1 amount=7,50 payed_for=1 "
                "payed_for=2 bill_type=Expense",
                "POST /dacha/add date=never what= payer=9 amount=x",
                "GET /dacha/",
                "GET /dacha/settle_bills",
                "GET /dacha/history",
                "GET /dacha/export/bills.csv",
                "GET /lang/ru",
                "GET /dacha/statistics",
            ),
            *("--fill", "project_id=dacha", "--fill", "member_id=1", "--fill", "bill_id=1"),
            *("--fill", "lang=fr", "--fill", "token=none"),
        ),
    ),
    "Calibre-Web, a library": Public(
        needs=("calibreweb==0.6.27",),
        target="target:app",
        alone=True,
        code=LIBRARIAN,
        arguments=requests(
            "POST /login username=admin password=wrong",
            "POST /login username=admin password=admin123",
            "GET /admin/view",
            "GET /me",
            "POST /basic_configuration a=b",
        ),
    ),
    "klaus, a viewer of Git repositories": Public(
        needs=("klaus==3.0.1",),
        target="target:app",
        alone=True,
        code=KLAUS,
        before=REPOSITORY,
        arguments=(
            *requests("GET /teas/blob/master/green/sencha.py", "GET /teas/tarball/master"),
            *("--fill", "repo=teas", "--fill", "rev=master", "--fill", "path=green/sencha.py"),
        ),
    ),
    "Flask-AppBuilder, a list of teas": Public(
        needs=(
            "flask-appbuilder==5.3.0",
            "flask-sqlalchemy",
            "marshmallow<4",
            "marshmallow-sqlalchemy<1.4.2",
        ),
        target="target:app",
        alone=True,
        code=BUILDER,
        before="import target",
        arguments=(
            *requests(
                "POST /login/ username=anna password=wrong",
                "POST /login/ username=anna password=secret12",
                "POST /teas/add name=чай",
                'POST /api/v1/tea/ {"name": "green"}',
                'POST /api/v1/tea/ {"name": null}',
                'PUT /api/v1/tea/1 {"name": "<b>"}',
                'POST /api/v1/security/login {"username": "anna", "password": "no"}',
            ),
            *("--fill", "pk=1", "--fill", "locale=en"),
        ),
    ),
    "Supysonic, a music server": Public(
        needs=("supysonic==0.7.9",),
        target="target:app",
        alone=True,
        code=SUPYSONIC,
        before="import target",
        arguments=(
            "--live",  # each page asks for its daemon, which is not there
            *requests(
                "POST /user/login user=anna password=wrong",
                "POST /user/login user=anna password=secret12",
                "GET /rest/ping.view?u=anna&p=secret12&f=json",
                "GET /rest/getUser.view?u=anna&p=wrong",
                "POST /playlist/none name=чай",
            ),
        ),
    ),
    "An Otter Wiki": Public(
        needs=("otterwiki==2.26.1",),
        target="target:app",
        alone=True,
        code=OTTER,
        arguments=(
            *requests(
                "POST /-/register email=anna@example.org name=Анна password1=secret1234 "
                "password2=secret1234",
                "POST /-/login email=anna@example.org password=wrong",
                "POST /-/login email=anna@example.org password=secret1234",
                "POST /Tea/save content='# Чай [[Home]]' commit=first",
                "GET /Tea",
                "GET /Tea/history",
                "GET /-/search?query=чай",
            ),
            *("--fill", "path=home", "--fill", "pagepath=home"),
        ),
    ),
    "Canaille, an identity provider": Public(
        needs=("canaille[front,oidc,sql,sqlite]==0.2.0",),
        target="target:app",
        alone=True,
        code=CANAILLE,
        arguments=(
            *requests(
                "POST /login login=anna",
                "POST /auth/password password=wrong",
                "POST /auth/password password=secret12345",
                "GET /profile/anna",
                "POST /profile/anna action=edit-profile given_name=",
            ),
            "--live",  # it asks whether there is a server for mail
        ),
    ),
    "SAFRS, a JSON:API with its own requests and responses": Public(
        needs=("safrs==3.2.0", "flask-sqlalchemy"),
        target="target:app",
        alone=True,
        code=SAFRS,
        arguments=(
            *requests(
                'POST /Books/ {"data": {"type": "Book", "attributes": {"title": "Чай"}}}',
                "GET /Books/?page[limit]=1&sort=-title",
                "GET /Books/9",
            ),
            *("--fill", "BookId=1"),
        ),
    ),
    "pgAdmin 4": Public(
        needs=("pgadmin4==9.18",),
        target="target:app",
        alone=True,
        code=PGADMIN,
        before="import target",
        arguments=(
            *requests(
                "POST /authenticate/login email=anna@example.com password=wrong",
                "POST /authenticate/login email=anna@example.com password=secret12",
                "GET /browser/",
                "POST /settings/store/a/b value=1",
                "GET /browser/nodes/",
            ),
            *("--live", "--fill", "gid=1", "--fill", "sid=1", "--fill", "did=1"),
            *("--fill", "trans_id=1"),
        ),
    ),
}


def main() -> int:
    wanted = sys.argv[1:] or list(APPS)
    if unknown := set(wanted) - set(APPS):
        print(f"not among {sorted(APPS)}: {sorted(unknown)}", file=sys.stderr)
        return 2
    return max(1 if any(list(tell(name, APPS[name]))) else 0 for name in wanted)


def tell(name: str, app: Public) -> Iterator[bool]:
    """Compares one; prints what came of it, and yields a True for each difference."""
    found = compared(app, *fetched(name, app))
    counts = {verdict: number for verdict, number in found["totals"].items() if number}
    print(f"{name}: {counts}", flush=True)
    for request in found["requests"]:
        asked = f"  {request['method']} {request['path']}"
        if request["verdict"] in ("different", "no_answer"):
            print(f"{asked}: {request['verdict']}: {request['note']}")
            print("".join(f"    {one}\n" for one in request["differences"]), end="")
            yield True
        elif request["volatile"]:
            print(f"{asked}: changes by itself: {', '.join(request['volatile'])}")
        elif request["verdict"] == "not_asked":
            print(f"{asked}: not asked: {request['note']}")


def fetched(name: str, app: Public) -> tuple[Path, Path]:
    """The Python to compare it with, which has everything that it needs, and the folder."""
    folder = PLACE / name.split(",")[0].replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    python = (folder if app.alone else PLACE) / "venv" / "bin" / "python"
    if not python.exists():
        run(sys.executable, "-m", "venv", str(python.parents[1]))
        pip(python, "install", "-e", str(ROOT))
    pip(python, "install", *app.needs)
    if app.sdist:
        folder = unpacked(python, app.sdist) / app.inside
    if app.code:
        (folder / "target.py").write_text(app.code, "utf-8")
    if app.before:
        subprocess.run([str(python), "-c", app.before], cwd=folder, check=True, timeout=_SECONDS)
    return python, folder


def unpacked(python: Path, sdist: str) -> Path:
    """The folder of a source distribution."""
    name, _, version = sdist.partition("==")
    pip(python, "download", "--no-deps", "--no-binary", ":all:", "-d", str(PLACE), sdist)
    with tarfile.open(PLACE / f"{name}-{version}.tar.gz") as archive:
        archive.extractall(PLACE, filter="data")
    return PLACE / f"{name}-{version}"


def compared(app: Public, python: Path, folder: Path) -> Any:
    """What `kolba compare` says of it."""
    program = [str(python), "-m", "kolba", "compare", app.target, "--rounds", "0", "--json"]
    program += ["--patience", "300"]
    ended = subprocess.run(
        [*program, *app.arguments], cwd=folder, capture_output=True, text=True, timeout=_SECONDS
    )
    if ended.returncode not in (0, 1) or not ended.stdout:
        raise SystemExit(f"{app.target}: kolba compare could not be run:\n{ended.stderr}")
    return json.loads(ended.stdout)


def pip(python: Path, *arguments: str) -> None:
    run(str(python), "-m", "pip", "--disable-pip-version-check", "-q", *arguments)


def run(*command: str) -> None:
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, timeout=_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
