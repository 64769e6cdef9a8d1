//! Does nothing and exits 0: what launching any native program costs here.

fn main() {}
