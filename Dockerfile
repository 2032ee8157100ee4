# A team's own server: docker build -t detector . && docker run --rm --read-only -p 127.0.0.1:8765:8765 detector
# docs/serve.md says how to put it behind a proxy that knows who may use it.
FROM python:3.12-slim AS build
WORKDIR /source
COPY . .
RUN python -m venv /opt/detector && /opt/detector/bin/pip install --no-cache-dir ".[serve,html,pdf,docx]"

FROM python:3.12-slim
RUN useradd --system --no-create-home --shell /usr/sbin/nologin detector
COPY --from=build /opt/detector /opt/detector
ENV PATH=/opt/detector/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER detector
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8765/v2/healthcheck', timeout=4)"]
# The first process gets SIGTERM from `docker stop`, and stops clean.
ENTRYPOINT ["detector", "serve", "--host", "0.0.0.0"]
