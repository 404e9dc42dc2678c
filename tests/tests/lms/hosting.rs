//! Where packages have to work: servers that misname files, sandboxes, folders without a server, blocked storage,
//! LMSs that differ from the standard; and what must not be believed.
