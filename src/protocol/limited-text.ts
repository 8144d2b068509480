/** Answers of others over HTTP, which may be of any length. */

/** @returns the whole body; null when it has more bytes than that, and is not read to its end. */
export async function limitedText(response: Response, bytesMax: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of response.body ?? []) {
    total += chunk.length;
    // Leaving the loop ends the connection.
    if (total > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
