"""Flask's tutorial app with Flask-Login, Flask-WTF and Flask-SQLAlchemy registered on it.

A pytest plugin: loaded before the tutorial's own tests import their factory, it puts a factory
around it that adds what most apps of this kind have. The app's pages stay as they are.
"""

import flaskr
from flask import abort, redirect, render_template_string, url_for
from flask_login import (
    LoginManager,
    UserMixin,
    current_user,
    login_required,
    login_user,
    logout_user,
)
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired

create_tutorial_app = flaskr.create_app

FORM = "<form method=post>{{ form.hidden_tag() }}{{ form.name }}{{ form.password }}</form>"
PROFILE = "<h1>{{ current_user.name }}</h1><a href='{{ url_for('index') }}'>blog</a>"


class LoginForm(FlaskForm):
    """A form as Flask-WTF's readers write it."""

    name = StringField(validators=[DataRequired()])
    password = PasswordField(validators=[DataRequired()])


def create_app(test_config=None):
    """The tutorial app and the extensions."""
    config = {
        "SQLALCHEMY_DATABASE_URI": "sqlite://",
        "WTF_CSRF_ENABLED": False,  # the tutorial's own tests send no tokens
        **(test_config or {}),
    }
    app = create_tutorial_app(config)
    db = SQLAlchemy(app)
    CSRFProtect(app)

    class Member(UserMixin, db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String, unique=True)

    with app.app_context():
        db.create_all()
        db.session.add(Member(name="ada"))
        db.session.commit()
    add_login(app, db, Member)
    return app


def add_login(app, db, Member):
    """Flask-Login with a login page, a page for members, and a way out."""
    manager = LoginManager(app)
    manager.login_view = "member_login"

    @manager.user_loader
    def load(user_id):
        return db.session.get(Member, int(user_id))

    @app.route("/member/login", methods=["GET", "POST"])
    def member_login():
        form = LoginForm()
        if form.validate_on_submit():
            member = db.session.execute(db.select(Member).filter_by(name=form.name.data)).scalar()
            login_user(member or abort(403))
            return redirect(url_for("member"))
        return render_template_string(FORM, form=form)

    @app.get("/member")
    @login_required
    def member():
        return render_template_string(PROFILE, current=current_user)

    @app.post("/member/logout")
    @login_required
    def member_logout():
        logout_user()
        return redirect(url_for("index"))


flaskr.create_app = create_app
