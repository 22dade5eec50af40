"""How good the site's search is, measured on questions whose answers are known: `flask search evaluate`.

`site` makes a throw-away site that holds a collection, `running` asks it what customers would ask, `metrics` adds up.
"""
