//! Nothing: a package needs a library or a program, and this one is only its
//! benchmark, `cargo bench --bench roofline`.
