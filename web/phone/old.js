// Runs only in a browser that knows no modules, and so nothing else of the app.

var old = document.getElementById("old"), lines = old.children;
for (var i = 0; i < lines.length; i++) lines[i].textContent = lines[i].getAttribute("data-text");
old.hidden = false;
