//! The site, as its readers meet it.

mod access;
mod chain;
mod demos;
mod embed;
mod fallback;
mod keyboard;
mod pages;
mod search;
mod tasks;
mod timeline;
mod validity;
