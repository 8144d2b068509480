/**
 * Logging in and out of the dashboard. Without `monitor_auth` nobody can, and the dashboard only shows
 * things; what it shows is open to whoever reaches the port, as the other monitoring pages are.
 */

import { BcryptVerifier } from "../../../auth/bcrypt/bcrypt-verifier.ts";
import { WorkerEngine } from "../../../auth/bcrypt/worker-engine.ts";
import { isSameSecret } from "../../../auth/plain-secret.ts";
import type { MonitorAuth } from "../../../config/options/monitoring.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import { isBcryptHash, withoutSecretShapes } from "../../../protocol/secret-shapes.ts";
import { json, RefusedError, readJson, textOf } from "../answers.ts";
import type { SessionState } from "../shapes.ts";
import { LoginLimit } from "./login-limit.ts";
import { SESSION_MS_MAX, type Session, Sessions } from "./sessions.ts";

const NAME_LENGTH_MAX = 256;
const PASSWORD_LENGTH_MAX = 1024;

/** Where a request comes from, as far as logins go. */
export interface Visit {
  readonly request: Request;
  readonly ip: string;
  readonly isSecure: boolean;
}

export class Login {
  readonly #view: ServerView;
  readonly #isEmbedded: boolean;
  readonly #sessions = new Sessions(Date.now);
  readonly #limit = new LoginLimit(Date.now);
  #bcrypt: BcryptVerifier | null = null;

  /** @param isEmbedded the server runs inside another program. */
  constructor(view: ServerView, isEmbedded: boolean) {
    this.#view = view;
    this.#isEmbedded = isEmbedded;
  }

  /** Cookies know no ports: servers of one host must not take each other's. */
  get #cookie(): string {
    return `nats_dashboard_${this.#view.serverInfo.id.slice(0, 12)}`;
  }

  state({ request }: Visit): SessionState {
    return this.#stateOf(this.#find(request)?.user ?? "");
  }

  /** @throws RefusedError when nobody is logged in. */
  demand({ request }: Visit): Session {
    if (this.#view.options.monitorAuth === null) {
      throw new RefusedError(403, "This dashboard is read-only: monitor_auth is not configured.");
    }
    const session = this.#find(request);
    if (session === undefined) throw new RefusedError(401, "Log in first.");
    return session;
  }

  async logIn(visit: Visit): Promise<Response> {
    const auth = this.#view.options.monitorAuth;
    if (auth === null) {
      throw new RefusedError(403, "This dashboard is read-only: monitor_auth is not configured.");
    }
    const body = await readJson(visit.request);
    const user = textOf(body, "user");
    const password = textOf(body, "password");
    const waitS = this.#limit.take(visit.ip);
    if (waitS > 0) {
      const text = `Too many tries from your address: wait ${waitS} s.`;
      throw new RefusedError(429, text, { "Retry-After": String(waitS) });
    }
    const isFit = user.length <= NAME_LENGTH_MAX && password.length <= PASSWORD_LENGTH_MAX;
    const isRight = isFit && (await this.#verify(auth, user, password, visit));
    if (isRight === null) {
      throw new RefusedError(503, "Passwords cannot be verified right now: try again.");
    }
    const shown = JSON.stringify(withoutSecretShapes(user.slice(0, NAME_LENGTH_MAX)));
    if (!isRight || this.#view.options.monitorAuth !== auth) {
      this.#view.log.warn(`Dashboard: login as ${shown} from ${visit.ip} refused`);
      throw new RefusedError(401, "User or password is wrong.");
    }
    this.#limit.forget(visit.ip);
    this.#view.log.info(`Dashboard: ${shown} has logged in from ${visit.ip}`);
    const token = this.#sessions.begin({ user, grounds: groundsOf(auth) });
    const cookie = this.#setCookie(token, SESSION_MS_MAX / 1000, visit);
    return json(this.#stateOf(user), 200, { "Set-Cookie": cookie });
  }

  logOut(visit: Visit): Response {
    this.#sessions.end(this.#tokenOf(visit.request));
    return json(this.#stateOf(""), 200, { "Set-Cookie": this.#setCookie("", 0, visit) });
  }

  #stateOf(user: string): SessionState {
    const { monitorAuth } = this.#view.options;
    return { canLogIn: monitorAuth !== null, user, isEmbedded: this.#isEmbedded };
  }

  /** Ends the thread that compares passwords. */
  stop(): void {
    this.#bcrypt?.stop();
  }

  /** Takes as long for a wrong name as for a wrong password. */
  async #verify(
    auth: MonitorAuth,
    user: string,
    password: string,
    { ip, request }: Visit,
  ): Promise<boolean | null> {
    const isUser = isSameSecret(auth.user, user);
    if (!isBcryptHash(auth.password)) {
      const isPassword = isSameSecret(auth.password, password);
      return isUser && isPassword;
    }
    this.#bcrypt ??= new BcryptVerifier(this.#view.log, new WorkerEngine());
    const attempt = { ip, isAbandoned: () => request.signal.aborted };
    const verdict = await this.#bcrypt.verify(auth.password, password, attempt);
    return verdict === null ? null : verdict && isUser;
  }

  #find(request: Request): Session | undefined {
    const auth = this.#view.options.monitorAuth;
    if (auth === null) return undefined;
    return this.#sessions.find(this.#tokenOf(request), groundsOf(auth));
  }

  #tokenOf(request: Request): string {
    const cookies = (request.headers.get("cookie") ?? "").split(";");
    const prefix = `${this.#cookie}=`;
    const own = cookies.map((each) => each.trim()).find((each) => each.startsWith(prefix));
    return own?.slice(prefix.length) ?? "";
  }

  #setCookie(token: string, lifeS: number, { isSecure }: Visit): string {
    const rest = `Path=/; Max-Age=${lifeS}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
    return `${this.#cookie}=${token}; ${rest}`;
  }
}

/** Other credentials than before end all sessions. */
function groundsOf({ user, password }: MonitorAuth): string {
  return new Bun.CryptoHasher("sha256").update(`${user.length} ${user}${password}`).digest("hex");
}
