//! Quizzes, as a WebAssembly module.

widgets::bundle!(widgets::exports::QUIZ);
widgets::computes!(widgets::exports::QUIZ_COMPUTED);
