mod items;
mod parse;
mod scalars;
mod values;
