//! What makes a course of a book: quizzes, answers that open after an attempt, the glossary, the catalogue of what there
//! is to learn.

pub mod attempts;
pub mod catalogue;
pub mod glossary;
pub mod lessons;
pub mod quiz;
pub mod quizzes;
pub mod settings;
