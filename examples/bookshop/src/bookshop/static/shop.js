// The shop's few moving parts: reviews and price of a book, the cart's count, and the live page.
const euros = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });
const money = (cents) => euros.format(cents / 100);
const byId = (id) => document.getElementById(id);

async function json(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

async function showReviews(book) {
  const list = byId("reviews");
  try {
    const reviews = await json(`/api/books/${book}/reviews`);
    list.replaceChildren(...reviews.map(review));
  } catch {
    list.replaceChildren(element("li", "muted", "The readers could not be reached."));
  }
}

function review({ stars, text, reader }) {
  const marks = element("span", "stars", "★".repeat(stars) + "☆".repeat(5 - stars));
  marks.setAttribute("aria-label", `${stars} of 5 stars`);
  marks.setAttribute("role", "img");
  return element("li", "", marks, element("p", "", text), element("small", "muted", reader));
}

async function showPrice(book) {
  const [{ price, source }] = await json(`/api/prices?book=${book}`);
  byId("price").textContent = money(price);
  byId("source").textContent = source === "list" ? "list price" : "today's price";
}

async function add(button) {
  const body = JSON.stringify({ book_id: Number(button.dataset.add), quantity: 1 });
  const cart = await json("/api/cart/items", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  byId("count").textContent = cart.count;
  button.textContent = "Added";
  setTimeout(() => { button.textContent = "Add"; }, 1200);
}

function tell(list, ...children) {
  list.prepend(element("li", "", ...children));
  while (list.children.length > 8) list.lastChild.remove();
}

const tick = (list, { title, price }) => tell(list, element("span", "", title), element("b", "price", money(price)));

function openSocket() {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/prices`);
  const list = byId("socket");
  socket.onopen = () => { byId("socket-state").textContent = "open"; };
  socket.onclose = () => { byId("socket-state").textContent = "closed"; };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if ("echo" in message) tell(list, element("em", "", message.echo));
    else tick(list, message);
  };
  byId("say").addEventListener("submit", (event) => {
    event.preventDefault();
    const { text } = event.target.elements;
    if (text.value && socket.readyState === WebSocket.OPEN) socket.send(text.value);
    text.value = "";
  });
}

function openEvents() {
  const source = new EventSource("/events");
  source.onopen = () => { byId("events-state").textContent = "open"; };
  source.onerror = () => { byId("events-state").textContent = "connecting"; };
  source.addEventListener("price", ({ data }) => tick(byId("events"), JSON.parse(data)));
}

const book = document.querySelector("[data-book]")?.dataset.book;
if (book) {
  showReviews(book);
  showPrice(book);
}
if (byId("live")) {
  openSocket();
  openEvents();
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add]");
  if (button) add(button);
});
