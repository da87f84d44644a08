// Requests with a photo, and what is said when they fail.
import { text } from "./language.js";

/**
 * Sends a photo. Returns the server's JSON, `{success: true, picture}` with a Blob where a picture came, or
 * `{success: false, code}` where the response is none of the server's. Throws only if `signal` ends it.
 */
export async function send(route, photo, signal, accept = "application/json") {
  const body = new FormData();
  body.append("image", photo);
  let response;
  try {
    response = await fetch(route, { method: "POST", body, signal, headers: { Accept: accept } });
    if (response.ok && accept.startsWith("image/")) return { success: true, picture: await response.blob() };
    return await response.json();
  } catch (error) {
    if (signal.aborted) throw error;
    return { success: false, code: response ? "strange" : "down" };
  }
}

export function sentenceOf(problem) {
  const sentence = text().problems[problem.code] || text()[problem.code] || problem.detail;
  return problem.retry_after ? `${sentence}${text().retryIn(problem.retry_after)}` : sentence;
}

/** Whether the same photo may succeed later. */
export function mayPass({ status = 503 }) {
  return status >= 500 || status === 429 || status === 408;
}
