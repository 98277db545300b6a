"""Where the judge looks: random points of the domain in which a claim is to hold."""
