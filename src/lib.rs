//! stridewise
