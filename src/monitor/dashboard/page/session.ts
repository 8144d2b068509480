/** Who is logged in, and the dialogs to log in and to confirm. */

import type { SessionState } from "../shapes.ts";
import { announce } from "./announce.ts";
import { ApiError, get, post } from "./api.ts";
import { h, setText } from "./dom.ts";

type Listener = (state: SessionState) => void;

export class Session {
  #state: SessionState = { canLogIn: false, user: "", isEmbedded: false };
  readonly #listeners: Listener[] = [];

  get state(): SessionState {
    return this.#state;
  }

  get isLoggedIn(): boolean {
    return this.#state.user !== "";
  }

  /** Told at once, and whenever it changes. */
  listen(listener: Listener): void {
    this.#listeners.push(listener);
    listener(this.#state);
  }

  async refresh(): Promise<void> {
    try {
      this.#set(await get<SessionState>("session"));
    } catch {
      // It is asked for again when the server is back.
    }
  }

  async logOut(): Promise<void> {
    this.#set(await post<SessionState>("logout", {}));
    announce("Logged out");
  }

  /** Opens the dialog. */
  logIn(): void {
    const user = h("input", { name: "user", autocomplete: "username", required: true });
    const password = h("input", {
      name: "password",
      type: "password",
      autocomplete: "current-password",
      required: true,
    });
    const fault = h("p", { class: "fault", role: "alert" });
    const dialog = form("Log in", "Log in", [
      h("label", {}, "User", user),
      h("label", {}, "Password", password),
      fault,
    ]);
    dialog.onSubmit = async () => {
      try {
        this.#set(
          await post<SessionState>("login", { user: user.value, password: password.value }),
        );
        announce(`Logged in as ${this.#state.user}`);
        return true;
      } catch (error) {
        setText(fault, (error as Error).message);
        password.select();
        return false;
      }
    };
    dialog.open();
  }

  /** Carries out an action, and says how it went. */
  async act(path: string, body: object): Promise<string> {
    try {
      await post(path, body);
      return "";
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) await this.refresh();
      return (error as Error).message;
    }
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

/** Asks before something that cannot be taken back. */
export function confirmed(title: string, text: string, action: string): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = form(title, action, [h("p", {}, text)]);
    dialog.onSubmit = async () => {
      resolve(true);
      return true;
    };
    dialog.element.addEventListener("close", () => resolve(false));
    dialog.open();
  });
}

interface FormDialog {
  readonly element: HTMLDialogElement;
  /** Whether it is done. */
  onSubmit: () => Promise<boolean>;
  open(): void;
}

function form(title: string, action: string, content: readonly HTMLElement[]): FormDialog {
  const submit = h("button", { class: "main", type: "submit" }, action);
  const cancel = h("button", { type: "button", onclick: () => element.close() }, "Cancel");
  const body = h(
    "form",
    { method: "dialog" },
    h("h2", { id: "dialog-title" }, title),
    ...content,
    h("div", { class: "buttons" }, cancel, submit),
  );
  const element = h("dialog", { "aria-labelledby": "dialog-title" }, body);
  const dialog: FormDialog = {
    element,
    onSubmit: async () => true,
    open() {
      document.body.append(element);
      element.showModal();
    },
  };
  element.addEventListener("close", () => element.remove());
  body.addEventListener("submit", (event) => {
    event.preventDefault();
    submit.disabled = true;
    void dialog.onSubmit().then((isDone) => {
      submit.disabled = false;
      if (isDone) element.close();
    });
  });
  return dialog;
}
