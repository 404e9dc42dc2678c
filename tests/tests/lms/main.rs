//! The packages, in the runtimes that they are made for.

mod course;
mod hosting;
mod leaving;
mod packages;
mod runtime;
mod scormhost;
mod sessions;
