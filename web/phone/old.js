// Runs only in a browser that knows no modules, and so nothing else of the app.

document.getElementById("old").hidden = false;
