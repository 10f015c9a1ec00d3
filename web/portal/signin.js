// Shows the password, and ends the request of a page that the person left by
// going back.

const show = document.getElementById("show"), password = document.getElementById("password");
const labels = [show.textContent, show.dataset.hide];
show.hidden = false;
show.addEventListener("click", () => {
  const hidden = password.type === "password";
  password.type = hidden ? "text" : "password";
  show.textContent = labels[hidden ? 1 : 0];
});

const request = document.getElementById("signin").dataset.waiting;
const [arrival] = performance.getEntriesByType("navigation");
if (request && arrival.type === "back_forward" && sessionStorage.getItem("keyturn.waiting") === request) {
  fetch("/sign-in/cancel", { method: "POST", body: new URLSearchParams({ request }), redirect: "manual" });
}
