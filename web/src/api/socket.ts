/** The URL of a WebSocket on this page's host. */
export function socketUrl(path: string): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}${path}`;
}

const RECONNECT_DELAY_MIN_MS = 500;
const RECONNECT_DELAY_MAX_MS = 8000;

interface SocketHandlers {
  onMessage: (data: string | Blob) => void;
  onConnectedChange?: (connected: boolean) => void;
}

/** Opens a WebSocket that reconnects until the returned function closes it. */
export function openSocket(path: string, handlers: SocketHandlers): () => void {
  let socket: WebSocket | null = null;
  let timer = 0;
  let delay = RECONNECT_DELAY_MIN_MS;
  let closed = false;

  const connect = () => {
    socket = new WebSocket(socketUrl(path));
    socket.onopen = () => {
      delay = RECONNECT_DELAY_MIN_MS;
      handlers.onConnectedChange?.(true);
    };
    socket.onmessage = (event) => handlers.onMessage(event.data as string | Blob);
    socket.onclose = () => {
      if (closed) return;
      handlers.onConnectedChange?.(false);
      timer = window.setTimeout(connect, delay);
      delay = Math.min(delay * 2, RECONNECT_DELAY_MAX_MS);
    };
  };
  connect();
  return () => {
    closed = true;
    window.clearTimeout(timer);
    socket?.close();
  };
}
