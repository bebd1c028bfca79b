fetch(`https://api.filled.example/v1/prices?currency=USD&_=${Date.now()}`)
  .then((answer) => answer.json())
  .then((prices) => {
    const body = document.querySelector("#prices tbody");
    for (const { gpu, price } of prices) {
      const row = body.insertRow();
      row.className = "price";
      row.insertCell().textContent = gpu;
      row.insertCell().textContent = `$${price} / hr`;
    }
  });
