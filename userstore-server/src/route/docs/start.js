SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  // It would send the document to a server elsewhere.
  validatorUrl: null,
});
