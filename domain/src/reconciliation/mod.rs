//! Lists of what is missing or old beside the mirror, each with the way to mend it.
