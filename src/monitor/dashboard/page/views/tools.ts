/** What can be done to the server: to publish and subscribe for a test, to reload, to let clients go. */

import { AccountField } from "../account-field.ts";
import { announce } from "../announce.ts";
import { h, setText } from "../dom.ts";
import { heading, panel, type View } from "../parts.ts";
import { confirmed, type Session } from "../session.ts";
import { TestSubscription } from "../test-subscription.ts";

const EMBEDDED_SNIPPET = `NatsServer.start({
  httpPort: 8222,
  monitorAuth: { user: "admin", password: "$2a$11$…" },
})`;

const SNIPPET = `monitor_auth {
  user: admin
  password: "$2a$11$…"   # nats-server mkpasswd
}`;

export class ToolsView implements View {
  readonly title = "Tools";
  readonly element: HTMLElement;
  readonly #session: Session;
  readonly #content = h("div");
  #shown = "";

  constructor(session: Session) {
    this.#session = session;
    this.element = h(
      "div",
      {},
      heading("Tools", "Try out subjects, and act on the server. Each action is logged."),
      this.#content,
    );
    session.listen(({ canLogIn, user, isEmbedded }) => {
      const what = canLogIn ? (user === "" ? "login" : "tools") : "locked";
      if (`${what} ${isEmbedded}` === this.#shown) return;
      this.#shown = `${what} ${isEmbedded}`;
      this.#content.replaceChildren(
        ...(what === "tools" ? this.#tools() : [this.#locked(canLogIn)]),
      );
    });
  }

  #locked(canLogIn: boolean): HTMLElement {
    if (!canLogIn) {
      const { isEmbedded } = this.#session.state;
      return panel(
        "This dashboard is read-only",
        isEmbedded
          ? "To publish, subscribe and close connections from here, start the server with a user:"
          : "To publish, subscribe, close connections, reload or begin lame duck mode from here, add this to the configuration file and reload it:",
        h("pre", { class: "snippet" }, isEmbedded ? EMBEDDED_SNIPPET : SNIPPET),
      );
    }
    const button = h("button", {
      class: "main",
      type: "button",
      onclick: () => this.#session.logIn(),
    });
    button.append("Log in");
    const about = "Whoever knows user and password of monitor_auth can use the tools.";
    return panel("Log in to use the tools", about, button);
  }

  #tools(): HTMLElement[] {
    return [
      h("div", { class: "columns" }, this.#publish(), new TestSubscription().element),
      this.#server(),
    ];
  }

  #publish(): HTMLElement {
    const account = new AccountField();
    const subject = h("input", { name: "subject", required: true, spellcheck: "false" });
    const reply = h("input", { name: "reply", spellcheck: "false" });
    const payload = h("textarea", { name: "payload", rows: "4", spellcheck: "false" });
    const result = h("p", { class: "result", role: "status" });
    const form = h(
      "form",
      {},
      account.element,
      h("label", {}, "Subject", subject),
      h("label", {}, "Reply subject (optional)", reply),
      h("label", {}, "Message", payload),
      h(
        "div",
        { class: "buttons" },
        result,
        h("button", { class: "main", type: "submit" }, "Publish"),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const body = {
        account: account.input.value,
        subject: subject.value,
        reply: reply.value,
        payload: payload.value,
      };
      void this.#session.act("publish", body).then((fault) => {
        setText(result, fault === "" ? `Published to ${body.subject}.` : fault);
        result.classList.toggle("fault", fault !== "");
      });
    });
    return panel("Publish", "Sends one message, as a client of the account would.", form);
  }

  #server(): HTMLElement {
    const result = h("p", { class: "result", role: "status" });
    const act = async (path: string, done: string): Promise<void> => {
      setText(result, "…");
      const fault = await this.#session.act(path, {});
      setText(result, fault === "" ? done : fault);
      result.classList.toggle("fault", fault !== "");
      announce(result.textContent ?? "");
    };
    const reload = h("button", { type: "button" }, "Reload configuration");
    reload.addEventListener("click", () => void act("reload", "The configuration was reloaded."));
    const lameDuck = h("button", { class: "danger", type: "button" }, "Begin lame duck mode");
    lameDuck.addEventListener("click", async () => {
      const text =
        "No new clients are taken, those there are go one after another to other servers, and then the server ends. This cannot be undone.";
      if (await confirmed("Begin lame duck mode?", text, "Begin")) {
        await act("lame-duck", "Lame duck mode has begun.");
      }
    });
    if (this.#session.state.isEmbedded) {
      reload.disabled = true;
      lameDuck.disabled = true;
      const why =
        "This server runs inside another program, which alone can reload it or let its clients go.";
      return panel("Server", why, h("div", { class: "buttons start" }, reload, lameDuck));
    }
    const about =
      "A reload applies a changed file. Lame duck mode lets clients go gently, then ends the server.";
    return panel("Server", about, h("div", { class: "buttons start" }, reload, lameDuck, result));
  }
}
