mod lanes;
mod pairs;
