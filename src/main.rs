//! paylink's binary: hands over to the command line.

fn main() {}
