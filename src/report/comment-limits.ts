/** By this line the comment of a review is found again; it is the last one. */
export const marker = '<!-- aswritten-review -->'

/** By this line the comment of a check is found again; it is the last one. */
export const checkMarker = '<!-- aswritten-check -->'

/** In characters, for a comment that we write: code hosts refuse those of more than 65,536. */
export const longestComment = 60_000
