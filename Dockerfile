# Nothing is fetched when it runs: all that is installed is in requirements.lock, by hash.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /opt/townwatch \
    && /opt/townwatch/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY core core
COPY store store
COPY crawler crawler
COPY monitor monitor
COPY alerts alerts
COPY demo demo
COPY service service
RUN /opt/townwatch/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 townwatch \
    && useradd --uid 10001 --gid townwatch --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin townwatch \
    && install -d -o townwatch -g townwatch /var/lib/townwatch /etc/townwatch
COPY --from=build /opt/townwatch /opt/townwatch
ENV PATH=/opt/townwatch/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    TOWNWATCH_CONFIG=/etc/townwatch TOWNWATCH_VAR=/var/lib/townwatch \
    TOWNWATCH_DATABASE_URL=sqlite:////var/lib/townwatch/townwatch.db
USER 10001:10001
WORKDIR /var/lib/townwatch
VOLUME /var/lib/townwatch
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["townwatch"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
