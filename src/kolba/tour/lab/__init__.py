"""The laboratory: small applications, built twice from the same code, and really attacked.

`sites` of a chapter build an application of the class that they are given: plain
`flask.Flask`, or `kolba.Kolba`. An attack is sent to both by real WSGI calls, and what came
back is kept as it came; what it says is read from the answers, never known beforehand.
Nothing that a small application answers is ever drawn in a page: it is shown as text.
"""
