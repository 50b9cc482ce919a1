"""Links that an app's templates and views make with `url_for`, read from their source."""
