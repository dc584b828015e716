mod parse;
mod scalars;
mod values;
