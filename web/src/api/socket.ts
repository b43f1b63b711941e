// A WebSocket that comes back by itself.

/** The address of a socket of this page's own service. */
export function socketUrl(path: string): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}${path}`;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

interface Handlers {
  message: (data: string | Blob) => void;
  state?: (open: boolean) => void;
}

/** Opens a socket and opens it again whenever it is lost, until it is closed. */
export function openSocket(path: string, handlers: Handlers): () => void {
  let socket: WebSocket | null = null;
  let timer = 0;
  let wait = FIRST_WAIT_MS;
  let closed = false;

  const connect = () => {
    socket = new WebSocket(socketUrl(path));
    socket.onopen = () => {
      wait = FIRST_WAIT_MS;
      handlers.state?.(true);
    };
    socket.onmessage = (event) => handlers.message(event.data as string | Blob);
    socket.onclose = () => {
      if (closed) return;
      handlers.state?.(false);
      timer = window.setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
  };
  connect();
  return () => {
    closed = true;
    window.clearTimeout(timer);
    socket?.close();
  };
}
