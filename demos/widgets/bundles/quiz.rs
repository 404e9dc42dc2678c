//! Quizzes, as a WebAssembly module.

widgets::bundle!(widgets::bundles::QUIZ);
widgets::computes!(widgets::bundles::QUIZ_COMPUTED);
