/** The comment cannot be posted; the message says why, and what to do. It holds neither the token nor text of a stranger. */
export class Refusal extends Error {}
