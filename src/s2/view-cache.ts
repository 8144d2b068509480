/** A view of a buffer as numbers, made anew only when it is another buffer than the last time. */
export class ViewCache {
  #view: DataView = new DataView(new ArrayBuffer(0));

  of(buf: Buffer): DataView {
    const view = this.#view;
    if (view.buffer === buf.buffer && view.byteOffset === buf.byteOffset) {
      if (view.byteLength === buf.length) return view;
    }
    this.#view = new DataView(buf.buffer, buf.byteOffset, buf.length);
    return this.#view;
  }
}
