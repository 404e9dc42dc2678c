//! The site, as its readers meet it.

mod access;
mod book_search;
mod browsers;
mod chain;
mod demos;
mod embed;
mod encodings;
mod engines;
mod fallback;
mod forced;
mod keyboard;
mod lab;
mod learn;
mod pages;
mod paper;
mod progress;
mod quiz;
mod sandbox;
mod search;
mod tasks;
mod timeline;
mod topology;
mod translated;
mod validity;
mod verdicts;
mod wire;
