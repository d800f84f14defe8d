mod differences;
mod percentiles;
